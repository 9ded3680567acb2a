package dlt.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
  @TempDir Path folder;

  private Path file;

  private long openedWith(String text, long keep) throws IOException {
    file = Files.writeString(folder.resolve("metrics.jsonl"), text);
    try (MetricsLog log = MetricsLog.open(file, keep)) {
      log.append(log.line().put("step", 9));
      return log.lines();
    }
  }

  @Test
  void linesAfterTheCheckpointAreDropped() throws IOException {
    assertThat(openedWith("{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n", 2)).isEqualTo(3);
    assertThat(file).hasContent("{\"step\":1}\n{\"step\":2}\n{\"step\":9}");
  }

  @Test
  void aLogThatLostLinesGoesOnAfterItsLastWholeOneAndCountsThoseThatAreThere() throws IOException {
    assertThat(openedWith("{\"step\":1}\n{\"st", 5)).isEqualTo(2);
    assertThat(file).hasContent("{\"step\":1}\n{\"step\":9}");
  }

  @Test
  void bytesThatAreNoTextAreKeptApartFromFailing() throws IOException {
    file = folder.resolve("metrics.jsonl");
    Files.write(file, new byte[] {(byte) 0xff, '\n', '{', '}', '\n'});
    try (MetricsLog log = MetricsLog.open(file, 2)) {
      assertThat(log.lines()).isEqualTo(2);
    }
  }
}
