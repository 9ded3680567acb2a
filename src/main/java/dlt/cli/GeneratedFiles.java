package dlt.cli;

import dlt.run.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// The files that are made from the commands and records: the shells' completions and the experiment reference in the
/// README, which are committed (a test fails where they are not current), and the manual pages, which are not.
final class GeneratedFiles {
  private static final String BEGIN = "<!-- generated: the experiment reference -->\n", END = "<!-- end of the generated part -->";

  private GeneratedFiles() {}

  /// Writes the committed files below the project's folder, the first argument, and the manual pages into the second.
  public static void main(String[] arguments) throws IOException {
    SequencedMap<Path, String> files = in(Path.of(arguments[0]));
    ManPages.all().forEach((name, text) -> files.put(Path.of(arguments[1], name), text));
    for (Map.Entry<Path, String> e : files.entrySet()) {
      if (!Files.exists(e.getKey()) || !Files.readString(e.getKey()).equals(e.getValue())) {
        AtomicFile.write(e.getKey(), e.getValue());
      }
    }
  }

  /// The committed files in `project` and what they should hold.
  static SequencedMap<Path, String> in(Path project) throws IOException {
    SequencedMap<Path, String> r = new LinkedHashMap<>();
    r.put(project.resolve("completions/dlt.bash"), Completions.bash());
    r.put(project.resolve("completions/_dlt"), Completions.zsh());
    r.put(project.resolve("completions/dlt.fish"), Completions.fish());
    Path readme = project.resolve("README.md");
    String text = Files.readString(readme);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(readme + ": the marks of the generated part are missing");
    }
    r.put(readme, text.substring(0, begin + BEGIN.length()) + "\n" + Reference.markdown() + "\n" + text.substring(end));
    return r;
  }
}
