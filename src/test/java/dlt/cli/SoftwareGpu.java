package dlt.cli;

import dlt.backend.cuda.driver.Driver;
import dlt.backend.cuda.driver.NvidiaDriver;
import dlt.backend.cuda.software.SoftwareDriver;
import java.util.Optional;

/// `dlt` on a machine whose only GPU is the software GPU: as a program of its own for scripts, or within a test.
final class SoftwareGpu {
  private SoftwareGpu() {}

  public static void main(String[] arguments) {
    GpuDriver.search = () -> Optional.of(new SoftwareDriver());
    Main.main(arguments);
  }

  /// Runs the command line where `driver` is the machine's.
  static CommandsTest.Result dlt(Driver driver, String... arguments) {
    GpuDriver.search = () -> Optional.of(driver);
    try {
      return CommandsTest.dlt(arguments);
    } finally {
      GpuDriver.search = NvidiaDriver::find;
    }
  }
}
