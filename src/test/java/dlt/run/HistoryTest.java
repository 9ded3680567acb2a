package dlt.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
  private static final String STEP = "{\"kind\":\"step\",\"epoch\":1,\"step\":1,\"loss\":null,\"lr\":0.1}\n";
  private static final String EPOCH =
      "{\"kind\":\"epoch\",\"epoch\":1,\"train\":{\"loss\":2.0},\"validation\":{\"loss\":3.0},\"seconds\":0.5,\"best\":true}\n";

  @TempDir Path folder;

  private History read(String text) throws IOException {
    RunDirectory run = new RunDirectory(folder);
    Files.writeString(run.metrics(), text);
    return History.read(run);
  }

  @Test
  void stepsAndEpochsAreReadAndNullIsNaN() throws IOException {
    History h = read(STEP + EPOCH + EPOCH.replace("\"epoch\":1", "\"epoch\":2").replace("true", "false"));
    assertThat(h.steps()).hasSize(1);
    assertThat(h.steps().getFirst().loss()).isNaN();
    assertThat(h.epochs()).hasSize(2);
    assertThat(h.bestEpoch()).hasValue(1);
    assertThat(h.seconds()).isEqualTo(1.0);
    assertThat(h.epochs().getFirst().validation()).containsEntry("loss", 3.0);
  }

  @Test
  void aLastLineCutShortIsLeftOut() throws IOException {
    assertThat(read(STEP + EPOCH.substring(0, 30)).epochs()).isEmpty();
  }

  @Test
  void aDamagedLineIsNamed() {
    assertThatThrownBy(() -> read("{oops\n" + STEP)).isInstanceOf(Failure.class).hasMessageContaining("metrics.jsonl:1");
  }

  @Test
  void aRunThatLoggedNothingHasNoHistory() {
    assertThat(History.read(new RunDirectory(folder.resolve("none"))).epochs()).isEmpty();
  }
}
