package dlt.config;

/// One error of an experiment file: where, what was found and what was expected, and what to do about it (may be empty).
public record Diagnostic(Location at, String message, String hint) {
  /// The most of a line that is shown.
  private static final int WIDTH = 120;

  /// `file:line:column: message`, the line with a caret below the column, and the hint.
  @Override
  public String toString() {
    return at + ": " + message + line() + (hint.isEmpty() ? "" : "\n  hint: " + hint);
  }

  /// The line and the caret; of a long line the part around the column.
  private String line() {
    if (at.text().isBlank()) {
      return "";
    }
    int[] line = at.text().codePoints().map(c -> c == '\t' ? ' ' : c).toArray();
    int column = Math.min(at.column() - 1, line.length);
    int start = line.length <= WIDTH ? 0 : Math.max(0, Math.min(column - WIDTH / 2, line.length - WIDTH));
    String shown = new String(line, start, Math.min(WIDTH, line.length - start));
    return "\n  " + shown + "\n  " + " ".repeat(column - start) + "^";
  }
}
