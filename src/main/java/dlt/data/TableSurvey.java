package dlt.data;

import dlt.error.Failure;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A table before anything is decided about it: what its columns hold, as far as the first rows show.
public final class TableSurvey {
  /// Rows beyond these are not looked at.
  private static final int ROWS = 200_000;
  /// Cells of fewer words on average are names.
  private static final int FEWEST_WORDS = 3;
  private static final ColumnType.Text WORDS =
      new ColumnType.Text(1, 1, 1, ColumnType.By.WORD, true, ColumnType.Side.LEFT, ColumnType.Side.LEFT);

  /// What a column holds. Missing cells count for nothing but `missing`; `least` and `greatest` are NaN unless all cells are
  /// numbers. `words` is 0 unless it holds texts, most of them different and of several words: so many words 95 % of them do not
  /// exceed. `dates` says that it holds nothing but dates, alone or with times.
  public record Facts(String name, int rows, int missing, int different, boolean numeric, boolean whole, double least, double greatest, int words, boolean dates) {
    /// Whether every cell has a value of its own.
    public boolean identifies() {
      return missing == 0 && different == rows && rows > 1;
    }
  }

  private final Optional<CsvForm> form;
  private final List<TableTexts.Texts> texts;
  private final List<Facts> columns;

  private TableSurvey(Optional<CsvForm> form, List<TableTexts.Texts> texts) {
    this.form = form;
    this.texts = texts;
    this.columns = texts.stream().map(TableSurvey::facts).toList();
  }

  /// Whether a file of this name is a table.
  public static boolean reads(Path file) {
    return plain(file).endsWith(".csv") || tabbed(file) || parquet(file) || lines(file);
  }

  /// Whether a file of this name is a text with tabs between the cells.
  public static boolean tabbed(Path file) {
    return plain(file).endsWith(".tsv");
  }

  /// Whether a file of this name is a Parquet file.
  public static boolean parquet(Path file) {
    return plain(file).endsWith(".parquet");
  }

  /// Whether a file of this name holds JSON lines.
  public static boolean lines(Path file) {
    return plain(file).endsWith(".jsonl") || plain(file).endsWith(".ndjson");
  }

  private static String plain(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
  }

  /// Reads `file`. Throws Failure(DATA) where it is no table.
  public static TableSurvey of(Path file) {
    SourceFile source = SourceFile.of(file.toAbsolutePath().getParent(), file.getFileName().toString());
    Optional<CsvForm> form = parquet(file) || lines(file) ? Optional.empty() : Optional.of(tabbed(file) ? CsvForm.sniffed(source, '\t') : CsvForm.sniffed(source, ',', ';', '\t', '|'));
    TableRows rows = form.isPresent() ? new CsvRows(source, form.get()) : lines(file) ? new JsonlRows(source) : new ParquetRows(source);
    List<TableTexts.Texts> texts = TableTexts.first(rows, CsvForm.MISSING, ROWS).columns();
    if (texts.isEmpty() || texts.getFirst().ids().length == 0) {
      throw new Failure(Failure.Kind.DATA, source.name() + ": has no rows");
    }
    return new TableSurvey(form, texts);
  }

  private static Facts facts(TableTexts.Texts column) {
    double[] numbers = column.texts().stream().mapToDouble(CsvCell::number).toArray();
    boolean numeric = numbers.length > 0 && column.numeric();
    boolean dates = !numeric && numbers.length > 0 && column.texts().stream().allMatch(Times::isDate);
    int rows = column.ids().length;
    return new Facts(column.name(), rows, rows - column.count(), numbers.length, numeric, numeric && column.whole(),
        numeric ? Arrays.stream(numbers).min().orElse(Double.NaN) : Double.NaN, numeric ? Arrays.stream(numbers).max().orElse(Double.NaN) : Double.NaN,
        numeric || dates ? 0 : words(column), dates);
  }

  private static int words(TableTexts.Texts column) {
    int[] counts = column.texts().stream().mapToInt(t -> Vocabulary.words(WORDS, t).size()).sorted().toArray();
    boolean text = 2 * counts.length > column.count() && Arrays.stream(counts).average().orElse(0) >= FEWEST_WORDS;
    return text ? counts[(int) (0.95 * (counts.length - 1))] : 0;
  }

  /// How the file says its cells; empty where it is no text.
  public Optional<CsvForm> form() {
    return form;
  }

  public List<Facts> columns() {
    return columns;
  }

  /// Whether each value of `column` goes with one value of `target` alone, and some value comes more than once, or it is the
  /// target again: the column gives the target away.
  public boolean determines(int column, int target) {
    int[] x = texts.get(column).ids();
    int[] y = texts.get(target).ids();
    if (columns.get(column).different > columns.get(target).different * 2 || columns.get(column).different < 2) {
      return false;
    }
    Map<Integer, Integer> goesWith = new HashMap<>();
    boolean same = true;
    for (int i = 0; i < x.length; i++) {
      Integer before = goesWith.putIfAbsent(x[i], y[i]);
      if (before != null && before != y[i]) {
        return false;
      }
      same &= texts.get(column).at(i).equals(texts.get(target).at(i));
    }
    return same || goesWith.size() < x.length;
  }
}
