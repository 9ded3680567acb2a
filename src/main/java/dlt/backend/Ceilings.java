package dlt.backend;

import java.util.List;

/// The most that a machine can do, as measured on it.
///
/// @param flops multiply-adds a second, each counted as two operations
/// @param levels of memory, the nearest first; the last one holds everything
public record Ceilings(double flops, List<Level> levels) {
  /// Bytes a second from and to a cache that keeps `size` bytes, or memory: reads alone, writes alone, and copies (what is read plus
  /// what is written).
  public record Level(long size, double read, double write, double copy) {
    private double nanos(long read, long written) {
      long both = Math.min(read, written);
      return 1e9 * (2 * both / copy + (read - both) / this.read + (written - both) / write);
    }
  }

  public Ceilings {
    levels = List.copyOf(levels);
  }

  /// The shortest time that `call` can take, in nanoseconds: the sum of its phases.
  public double nanos(KernelCall call) {
    return call.phases().stream().mapToDouble(this::nanos).sum();
  }

  /// The roofline of the op itself, in nanoseconds, whatever path is taken: the longer of its operations at the full rate and its bytes
  /// at the rate of the nearest level that holds them. A path that needs fewer operations, such as Winograd's, can be faster.
  public double roofline(KernelCall call) {
    Level level = levels.stream().filter(l -> call.bytes() <= l.size).findFirst().orElse(levels.getLast());
    return Math.max(1e9 * call.operations() / flops, 1e9 * call.bytes() / level.copy);
  }

  /// Arithmetic and the traffic of each level go on at the same time: the longest of them counts.
  private double nanos(KernelCall.Phase phase) {
    double nanos = 1e9 * phase.arithmetic() / flops;
    long from = -1;
    for (Level level : levels) {
      long read = 0;
      long written = 0;
      for (KernelCall.Traffic t : phase.traffic()) {
        if (t.workingSet() > from && t.workingSet() <= level.size) {
          read += t.read();
          written += t.written();
        }
      }
      nanos = Math.max(nanos, level.nanos(read, written));
      from = level.size;
    }
    return nanos;
  }
}
