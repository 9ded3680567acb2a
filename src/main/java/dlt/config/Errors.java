package dlt.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Collects what is wrong with a file. Each method returns null: what a wrong part binds to.
final class Errors {
  /// The most of a text that a message repeats.
  private static final int SHOWN = 60;

  private final Class<? extends Record> root;
  private final Set<Diagnostic> diagnostics = new LinkedHashSet<>();
  private Hints hints;

  /// `root` is the record of the whole file, in which hints look for where a key belongs.
  Errors(Class<? extends Record> root) {
    this.root = root;
  }

  boolean isEmpty() {
    return diagnostics.isEmpty();
  }

  /// In the order of lines, those of `file` before those of `--set`.
  ConfigException toException(Location file) {
    List<Diagnostic> sorted = new ArrayList<>(diagnostics);
    sorted.sort(
        Comparator.<Diagnostic>comparingInt(d -> d.at().file().equals(file.file()) ? 0 : 1)
            .thenComparingInt(d -> d.at().line())
            .thenComparingInt(d -> d.at().column()));
    return new ConfigException(sorted);
  }

  Hints hints() {
    if (hints == null) {
      hints = new Hints(root);
    }
    return hints;
  }

  void add(Diagnostic diagnostic) {
    diagnostics.add(diagnostic);
  }

  <T> T add(Location at, String message, String hint) {
    diagnostics.add(new Diagnostic(at, message, hint));
    return null;
  }

  /// A value that does not look as it should.
  <T> T wrong(YamlNode found, Form expected, Spot spot, String hint) {
    return add(found.at(), spot.label() + ": found " + describe(found) + ", expected " + expected.text(spot.range()), hint);
  }

  /// A value that a record's constructor or factory refused.
  <T> T invalid(Location at, String label, Invalid e) {
    return add(at, label + ": found " + e.found() + ", expected " + e.expected(), "");
  }

  static String describe(YamlNode node) {
    return switch (node) {
      case YamlNode.Scalar s when s.quoted() -> "the text '" + brief(s.text()) + "'";
      case YamlNode.Scalar s when CoreScalar.isNull(s) -> "nothing";
      case YamlNode.Scalar s -> brief(s.text());
      case YamlNode.Sequence _ -> "a list";
      case YamlNode.Mapping m when m.entries().isEmpty() -> "an empty mapping";
      case YamlNode.Mapping m -> "a mapping with " + Form.list(m.entries().stream().map(Errors::name).toList());
    };
  }

  /// The beginning of a text, in one line.
  static String brief(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "...";
  }

  /// The key of an entry; the bare word that `--set` kept beside what it set.
  static String name(YamlNode.Entry e) {
    return e.key().equals(Overrides.FIRST) ? describe(e.value()) : e.key();
  }
}
