package dlt.backend;

import java.util.List;

/// One call of a kernel in a program, for profiles.
///
/// @param kernel op, shapes and the path taken, such as `conv2d 8x64x56x56 * 64x64x3x3 channels-last`; calls of one kernel
///     share it
/// @param operations floating-point operations of the op, by its shapes ([dlt.graph.Flops])
/// @param bytes what has to be read and written at least: each operand once
/// @param phases what the path taken does one after the other
public record KernelCall(String kernel, long operations, long bytes, List<Phase> phases) {
  /// Work of which a core can do all at the same time, but nothing of the next phase.
  ///
  /// @param arithmetic what it keeps the processor's multiply-adders busy with, in floating-point operations: fewer than the op's
  ///     in Winograd's convolutions, more where a function takes many instructions
  /// @param traffic what it moves at least
  public record Phase(long arithmetic, List<Traffic> traffic) {
    public Phase {
      traffic = List.copyOf(traffic);
    }
  }

  /// Bytes read and written, of memory that is no nearer than a cache of `workingSet` bytes keeps it: what was touched since
  /// these bytes were.
  public record Traffic(long read, long written, long workingSet) {}

  public KernelCall {
    phases = List.copyOf(phases);
  }

  /// A call of one phase, which moves each operand once.
  public KernelCall(String kernel, long operations, long arithmetic, long bytes) {
    this(kernel, operations, bytes, List.of(new Phase(arithmetic, List.of(new Traffic(bytes, 0, bytes)))));
  }
}
