package dlt.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.error.Failure;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/// What every command prints and how: people's text goes to standard error; standard output carries results, and with
/// `--json` one document and nothing else.
final class Output {
  @Option(names = "--json", description = "Print one JSON document on standard output.")
  boolean json;

  @Option(names = "--verbose", description = "Show what lies behind a failure.")
  boolean verbose;

  private static final Path STANDARD = Path.of("/dev/stdout"), NOWHERE = Path.of("/dev/null");

  /// Whether the document has been printed: there is one, whatever happens afterwards.
  private boolean documented;
  /// The files that the command writes, by the options that name them.
  private final Map<String, Path> written = new HashMap<>();
  /// Whether standard output is one of them.
  private boolean taken;

  /// The output options of the command that ran; the defaults where it has none.
  static Output of(CommandLine command) {
    return command.getMixins().values().stream()
        .filter(Output.class::isInstance)
        .map(Output.class::cast)
        .findFirst()
        .orElseGet(Output::new);
  }

  /// The output options among arguments that no command took.
  static Output asked(String[] arguments) {
    Output r = new Output();
    r.json = List.of(arguments).contains("--json");
    r.verbose = List.of(arguments).contains("--verbose");
    return r;
  }

  /// A line for people.
  void say(String text) {
    System.err.println(text);
  }

  /// Says that the command writes `file`, which `option` names. Throws a [Failure] of kind USAGE where it writes another one there too, or where
  /// that is standard output, which belongs to the document: neither could be told from the other.
  void writes(String option, Path file) {
    String named = option + " " + file;
    if (FileKind.same(file, NOWHERE)) {
      return;
    }
    written.forEach((before, other) -> {
      if (FileKind.same(file, other)) {
        throw new Failure(Failure.Kind.USAGE, named + ": " + before + " is written there too; name two files");
      }
    });
    written.put(option, file);
    if (FileKind.same(file, STANDARD)) {
      if (json) {
        throw new Failure(Failure.Kind.USAGE, named + ": is standard output, where --json prints its document; name another file, or leave out --json");
      }
      taken = true;
    }
  }

  /// The result: `document` with `--json`, else `text` where there is any, for people where standard output is a file of the command's.
  void result(ObjectNode document, String text) {
    if (json) {
      documented = true;
      System.out.println(document);
    } else if (!text.isEmpty()) {
      (taken ? System.err : System.out).println(text);
    }
  }

  ObjectNode document() {
    return JsonNodeFactory.instance.objectNode();
  }

  /// A failure in one line (an experiment file's errors in several).
  void failure(int code, String message, Optional<Failure.Place> at, Throwable cause) {
    System.err.println("dlt: " + message);
    if (json && !documented) {
      ObjectNode document = document();
      ObjectNode error = document.putObject("error").put("code", code).put("message", message);
      at.ifPresent(l -> error.put("file", l.file().toString()).put("line", l.line()).put("column", l.column()));
      System.out.println(document);
    }
    if (verbose) {
      cause.printStackTrace();
    }
  }
}
