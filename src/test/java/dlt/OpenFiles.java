package dlt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What this process has open, as Linux tells it.
public final class OpenFiles {
  private OpenFiles() {}

  /// The names of the files.
  public static List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.map(f -> {
        try {
          return Files.readSymbolicLink(f).toString();
        } catch (IOException e) {
          return ""; // closed meanwhile
        }
      }).toList();
    }
  }
}
