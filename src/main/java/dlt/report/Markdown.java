package dlt.report;

import java.util.List;
import java.util.stream.Collectors;

/// Tables in Markdown.
final class Markdown {
  private Markdown() {}

  /// A table with a heading row, a line each; where they are `figures`, all columns but the first are flush right.
  static String table(List<String> heading, List<List<String>> rows, boolean figures) {
    return row(heading) + "|---" + (figures ? "|---:" : "|---").repeat(heading.size() - 1) + "|\n" + rows.stream().map(Markdown::row).collect(Collectors.joining());
  }

  /// A cell is one line, and a bar in it ends none.
  private static String row(List<String> cells) {
    return cells.stream().map(c -> c.replace("|", "\\|").replaceAll("\\R", " ")).collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
