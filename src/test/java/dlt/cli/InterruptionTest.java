package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sun.misc.Signal;

class InterruptionTest {
  /// SIGHUP comes where a terminal is closed or a connection breaks.
  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
  @Timeout(value = 20, unit = TimeUnit.SECONDS)
  void aSignalAsksToStopAndGivesTheExitCode(String signal, int code) throws InterruptedException {
    try (Interruption interruption = new Interruption()) {
      assertThat(interruption.requested()).isFalse();
      Signal.raise(new Signal(signal));
      while (!interruption.requested()) {
        Thread.sleep(5);
      }
      assertThat(interruption.exitCode()).isEqualTo(code);
    }
  }
}
