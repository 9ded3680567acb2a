package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GeneratedFilesTest {
  @Test
  void completionsAndReferenceAreCurrent() throws IOException {
    for (Map.Entry<Path, String> e : GeneratedFiles.in(Path.of("")).entrySet()) {
      assertThat(e.getKey()).as("mvn package makes it").hasContent(e.getValue());
    }
  }

  @Test
  void everyVisibleCommandIsCompletedInEachShell() throws IOException {
    for (var command : Main.commandLine().getSubcommands().values()) {
      if (!command.getCommandSpec().usageMessage().hidden()) {
        String name = command.getCommandSpec().name();
        assertThat(Files.readString(Path.of("completions/dlt.bash"))).contains(name);
        assertThat(Files.readString(Path.of("completions/dlt.fish"))).contains(" -a " + name + " ");
      }
    }
  }
}
