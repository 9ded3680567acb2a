package dlt.config;

/// One error of an experiment file: where, what was found and what was expected, and what to do about it (may be empty).
public record Diagnostic(Location at, String message, String hint) {
  /// `file:line:column: message`, the line with a caret below the column, and the hint.
  @Override
  public String toString() {
    String caret = at.text().isEmpty() ? "" : "\n  " + at.text() + "\n  " + " ".repeat(Math.max(0, at.column() - 1)) + "^";
    return at + ": " + message + caret + (hint.isEmpty() ? "" : "\n  hint: " + hint);
  }
}
