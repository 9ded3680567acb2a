package dlt.backend;

import java.util.List;
import java.util.Set;

/// A compiled graph over buffers planned for it.
public interface Program extends AutoCloseable {
  /// The names of the graph's inputs that the program reads.
  Set<String> inputs();

  /// Where to write the input of this name before a run. Its content stays for later runs until it is written again.
  Buffer input(String name);

  /// Where to read the output of this name after a run.
  Buffer output(String name);

  /// Computes the outputs, then updates the variables.
  void run();

  /// The kernels that a run calls, in order; empty where the device does not time them.
  default List<KernelCall> calls() {
    return List.of();
  }

  /// As [#run()]; adds to `nanos[i]` the time of the i-th of [#calls].
  default void run(long[] nanos) {
    run();
  }

  /// Bytes of the plan: everything but variables shared with other programs.
  long plannedBytes();

  @Override
  void close();
}
