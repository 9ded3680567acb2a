package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WarmupTest {
  /// Else the launcher would make no start-up cache, and say nothing.
  @ParameterizedTest
  @ValueSource(strings = {"warm-up", "warm-up --bench"})
  void allThatItRunsSucceeds(String arguments) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream wasOut = System.out;
    PrintStream wasErr = System.err;
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    System.setErr(System.out);
    int code;
    try {
      code = Main.run(arguments.split(" "));
    } finally {
      System.setOut(wasOut);
      System.setErr(wasErr);
    }
    assertThat(code).as("%s", said).isZero();
  }
}
