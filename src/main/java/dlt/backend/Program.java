package dlt.backend;

import dlt.tensor.HostTensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/// A compiled graph over buffers planned for it.
public interface Program extends AutoCloseable {
  /// The names of the graph's inputs that the program reads.
  Set<String> inputs();

  /// The one called `name` among inputs or outputs, which `what` says. Throws [IllegalArgumentException] where there is none.
  static <T> T named(Map<String, T> all, String what, String name) {
    T one = all.get(name);
    if (one == null) {
      throw new IllegalArgumentException("no " + what + " " + name + "; there are " + all.keySet());
    }
    return one;
  }

  /// Where to write the input of this name before a run. Its content stays for later runs until it is written again.
  Buffer input(String name);

  /// Where to read the output of this name after a run.
  Buffer output(String name);

  /// Computes the outputs, then updates the variables.
  void run();

  /// How many runs may be on their way while the caller goes on; 0 where [#run()] returns when everything is computed.
  default int ahead() {
    return 0;
  }

  /// The first element of an output of the last run, for later: it does not change with later runs, and asking for it waits for
  /// its run alone.
  default DoubleSupplier later(String output) {
    double value = output(output).at(0);
    return () -> value;
  }

  /// All values of an output of the last run, for later: as [#later].
  default Supplier<HostTensor> laterTensor(String output) {
    HostTensor values = output(output).read();
    return () -> values;
  }

  /// When the last run ended, in milliseconds since some moment, by the device's clock; asking waits for that run.
  default DoubleSupplier clock() {
    double now = System.nanoTime() * 1e-6;
    return () -> now;
  }

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
