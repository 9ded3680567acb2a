package dlt.data;

import java.util.List;
import java.util.Set;

/// How a text file says its cells: what divides them, whether its first line names the columns, and whether a comma stands before
/// decimals.
public record CsvForm(char delimiter, boolean headed, boolean decimalComma) {
  /// Records that are looked at.
  private static final int LOOKED_AT = 200;
  /// Texts that mean a missing value where a table does not say which do.
  static final Set<String> MISSING = Set.of("", "NA", "N/A", "NaN", "nan", "null", "?");

  /// What the first lines of `file` look like: of these delimiters the one that cuts them all into the same number of cells, and the
  /// most. The first of them where none does.
  static CsvForm sniffed(SourceFile file, char... delimiters) {
    char best = delimiters[0];
    List<List<String>> rows = List.of();
    for (char delimiter : delimiters) {
      List<List<String>> found = CsvRows.first(file, delimiter, LOOKED_AT);
      int width = found.isEmpty() ? 0 : found.getFirst().size();
      if (width > (rows.isEmpty() ? 1 : rows.getFirst().size()) && found.stream().allMatch(r -> r.size() == width)) {
        best = delimiter;
        rows = found;
      }
    }
    boolean comma = commas(rows);
    boolean headed = rows.isEmpty() || rows.getFirst().stream().anyMatch(c -> Double.isNaN(number(c, comma)));
    return new CsvForm(best, headed, comma);
  }

  /// Whether some column below the first line holds numbers alone, of which one has a comma.
  private static boolean commas(List<List<String>> rows) {
    for (int c = 0; c < (rows.isEmpty() ? 0 : rows.getFirst().size()); c++) {
      int column = c;
      List<String> cells = rows.stream().skip(1).map(r -> r.get(column).strip()).filter(t -> !MISSING.contains(t)).toList();
      if (cells.stream().anyMatch(t -> t.contains(",")) && cells.stream().noneMatch(t -> Double.isNaN(number(t, true)))) {
        return true;
      }
    }
    return false;
  }

  private static double number(String cell, boolean comma) {
    return CsvCell.number(comma ? CsvCell.withPoint(cell.strip()) : cell.strip());
  }
}
