package dlt.run;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
  @TempDir Path folder;

  /// Read as one without a word, it would place the run's data in the folder that the command runs in.
  @Test
  void aDamagedManifestIsRefusedInOneLine() throws IOException {
    RunDirectory run = new RunDirectory(folder);
    for (String text : List.of("", "\n", "null", "[]", "{}", "{\"base\": 1}", "{\"dlt\": \"0.1.0\", \"ba", "\0\0\0")) {
      Files.writeString(run.manifest(), text);
      assertThatThrownBy(() -> Manifest.read(run)).as(text).isInstanceOf(Failure.class).hasMessageStartingWith(run.manifest() + ": could not be read: ")
          .hasMessageEndingWith("; is this the folder of a run?").hasMessageNotContainingAny("\n", "REDACTED");
    }
    Files.delete(run.manifest());
    assertThatThrownBy(() -> Manifest.read(run)).hasMessage(run.manifest() + ": could not be read: " + run.manifest() + " does not exist; is this the folder of a run?");
  }
}
