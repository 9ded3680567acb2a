package dlt.cli;

import dlt.backend.cuda.driver.Driver;
import dlt.backend.cuda.driver.NvidiaDriver;
import java.util.Optional;
import java.util.function.Supplier;

/// The driver of this machine's GPUs, for all commands.
final class GpuDriver {
  /// Looks for it: NVIDIA's. Tests put one in software in its place.
  static Supplier<Optional<? extends Driver>> search = NvidiaDriver::find;

  private GpuDriver() {}

  /// Empty where none is installed. Throws a [dlt.error.Failure] of kind DEVICE where there is one that cannot be used.
  static Optional<? extends Driver> find() {
    return search.get();
  }

  /// Throws a [dlt.error.Failure] of kind DEVICE where there is none that can be used.
  static Driver open() {
    return find().orElseThrow(NvidiaDriver::missing);
  }
}
