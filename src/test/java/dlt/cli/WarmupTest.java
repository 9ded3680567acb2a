package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WarmupTest {
  /// Else the launcher would make no start-up cache, and say nothing.
  @Test
  void allThatItRunsSucceeds() {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream wasOut = System.out;
    PrintStream wasErr = System.err;
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    System.setErr(System.out);
    int code;
    try {
      code = Main.run("warm-up");
    } finally {
      System.setOut(wasOut);
      System.setErr(wasErr);
    }
    assertThat(code).as("%s", said).isZero();
  }
}
