package dlt.data;

import dlt.error.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/// A table before anything is decided about it: what its columns hold, as far as the first rows show.
public final class TableSurvey {
  /// Rows beyond these are not looked at.
  private static final int ROWS = 200_000;
  private static final Set<String> MISSING = Set.of("", "NA", "N/A", "NaN", "nan", "null", "?");

  /// What a column holds. Missing cells count for nothing but `missing`; `least` and `greatest` are NaN unless all cells are
  /// numbers.
  public record Facts(String name, int rows, int missing, int different, boolean numeric, boolean whole, double least, double greatest) {
    /// Whether every cell has a value of its own.
    public boolean identifies() {
      return missing == 0 && different == rows && rows > 1;
    }
  }

  private final List<Facts> columns = new ArrayList<>();
  /// The number of each cell's value among the column's; -1 where it is missing.
  private final List<int[]> values = new ArrayList<>();

  private TableSurvey() {}

  /// Whether a file of this name is a table.
  public static boolean reads(Path file) {
    String name = plain(file);
    return name.endsWith(".csv") || name.endsWith(".tsv") || name.endsWith(".parquet");
  }

  private static String plain(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
  }

  /// Reads `file`. Throws Failure(DATA) where it is no table.
  public static TableSurvey of(Path file) {
    SourceFile source = SourceFile.of(file.toAbsolutePath().getParent(), file.getFileName().toString());
    String name = plain(file);
    TableRows rows = name.endsWith(".parquet") ? new ParquetRows(source) : new CsvRows(source, name.endsWith(".tsv") ? '\t' : ',', true);
    TableSurvey survey = new TableSurvey();
    List<String> header = rows.header();
    int n = header.size();
    List<Map<String, Integer>> seen = IntStream.range(0, n).mapToObj(_ -> (Map<String, Integer>) new HashMap<String, Integer>()).toList();
    int[] size = {0};
    for (int c = 0; c < n; c++) {
      survey.values.add(new int[1024]);
    }
    rows.forEach(IntStream.range(0, n).toArray(), (_, cells) -> {
      if (size[0] == ROWS) {
        return;
      }
      for (int c = 0; c < n; c++) {
        String text = text(rows.kind(c), cells, c);
        int[] ids = survey.values.get(c);
        if (size[0] == ids.length) {
          ids = Arrays.copyOf(ids, 2 * ids.length);
          survey.values.set(c, ids);
        }
        Map<String, Integer> known = seen.get(c);
        ids[size[0]] = MISSING.contains(text) ? -1 : known.computeIfAbsent(text, _ -> known.size());
      }
      size[0]++;
    });
    if (size[0] == 0) {
      throw new Failure(Failure.Kind.DATA, source.name() + ": has no rows");
    }
    for (int c = 0; c < n; c++) {
      survey.values.set(c, Arrays.copyOf(survey.values.get(c), size[0]));
      survey.columns.add(facts(header.get(c), survey.values.get(c), seen.get(c).keySet()));
    }
    return survey;
  }

  private static String text(TableRows.Kind kind, TableRows.Cells cells, int c) {
    return switch (kind) {
      case TEXT -> {
        String text = cells.text(c);
        yield text == null ? "" : text.strip();
      }
      case NUMBER, BOOLEAN -> Double.isNaN(cells.number(c)) ? "" : CsvCell.canonical(Double.toString(cells.number(c)));
    };
  }

  private static Facts facts(String name, int[] ids, Set<String> texts) {
    double[] numbers = texts.stream().mapToDouble(CsvCell::number).toArray();
    boolean numeric = numbers.length > 0 && Arrays.stream(numbers).noneMatch(Double::isNaN);
    int missing = (int) Arrays.stream(ids).filter(i -> i < 0).count();
    return new Facts(name, ids.length, missing, texts.size(), numeric, numeric && Arrays.stream(numbers).allMatch(CsvCell::whole),
        numeric ? Arrays.stream(numbers).min().orElse(Double.NaN) : Double.NaN, numeric ? Arrays.stream(numbers).max().orElse(Double.NaN) : Double.NaN);
  }

  public List<Facts> columns() {
    return List.copyOf(columns);
  }

  /// Whether each value of `column` goes with one value of `target` alone, and some value comes more than once: the column
  /// gives the target away.
  public boolean determines(int column, int target) {
    int[] x = values.get(column);
    int[] y = values.get(target);
    if (columns.get(column).different > columns.get(target).different * 2 || columns.get(column).different < 2) {
      return false;
    }
    Map<Integer, Integer> goesWith = new HashMap<>();
    for (int i = 0; i < x.length; i++) {
      Integer before = goesWith.putIfAbsent(x[i], y[i]);
      if (before != null && before != y[i]) {
        return false;
      }
    }
    return true;
  }
}
