package dlt.data;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// A column of a table while it is read: numbers, or names with the indices that they were met in. Which of the two is
/// settled beforehand or by the first cell.
final class TableColumn {
  final String name;
  final int index;
  final boolean target;
  final TargetKind kind;

  /// Whether the type was settled before reading, by the experiment or by the model.
  boolean declared;

  /// Names to indices; null for numbers.
  private Map<String, Integer> names;

  /// Whether the names are those of a model: no others are valid.
  private boolean closed;

  private final GrowingTable values;
  private final int at;

  /// Where float32 tells fewer levels than this apart in a column's range, it is looked at whether numbers fall together.
  private static final int FEW_LEVELS = 256;
  /// Fewer different numbers may fall together by chance.
  private static final int FEW_NUMBERS = 16;
  private double least = Double.POSITIVE_INFINITY, greatest = Double.NEGATIVE_INFINITY;
  /// Some of the numbers that float32 rounds.
  private final Set<Double> rounded = new HashSet<>();

  int numbers;
  int texts;
  int firstTextLine;
  String firstText;

  /// Its values go to column `at` of `values`.
  TableColumn(String name, int index, boolean target, TargetKind kind, GrowingTable values, int at) {
    this.name = name;
    this.index = index;
    this.target = target;
    this.kind = kind;
    this.values = values;
    this.at = at;
  }

  /// It holds names, among others maybe that are met.
  void declareNames() {
    declared = true;
    names = new LinkedHashMap<>();
  }

  /// It holds these names and no others.
  void declareNames(List<String> known) {
    declareNames();
    known.forEach(n -> names.put(n, names.size()));
    closed = true;
  }

  void declareNumbers() {
    declared = true;
  }

  boolean named() {
    return names != null;
  }

  /// The names in the order of their indices.
  List<String> names() {
    return names == null ? List.of() : List.copyOf(names.keySet());
  }

  void putMissing(int row) {
    store(row, none());
  }

  private double none() {
    return names == null ? Double.NaN : -1;
  }

  /// Takes the cell of `row` and returns an empty text, or what is wrong with it.
  String put(int row, int line, String text) {
    double value = CsvCell.number(text);
    boolean number = !Double.isNaN(value);
    if (number) {
      numbers++;
    } else if (texts++ == 0) {
      firstText = text;
      firstTextLine = line;
      if (numbers == 0 && !declared) {
        names = new LinkedHashMap<>();
      }
    }
    if (names != null) {
      return putName(row, text);
    }
    if (number && kind == TargetKind.VALUES && Float.isInfinite((float) value)) {
      return text + " is too large for float32";
    }
    take(row, value);
    return number || !declared ? "" : "'" + text + "' is not a number" + CsvCell.meant(text);
  }

  private String putName(int row, String text) {
    Integer known = names.get(text);
    if (known == null && closed) {
      known = names.get(CsvCell.canonical(text));
    }
    if (known == null && closed) {
      store(row, none());
      return "'" + text + "' is none of the " + (target ? "classes" : "categories") + " of the training data" + Names.hint(text, names.keySet());
    }
    if (known == null) {
      known = names.size();
      names.put(text, known);
    }
    store(row, known);
    return "";
  }

  /// Takes the number of `row`, of a column that holds no names, and returns an empty text, or what is wrong with it.
  String put(int row, double value) {
    numbers++;
    take(row, value);
    if (Double.isInfinite(value)) {
      return "the value is " + (value > 0 ? "infinity" : "-infinity");
    }
    return kind == TargetKind.VALUES && Float.isInfinite((float) value) ? value + " is too large for float32" : "";
  }

  private void take(int row, double value) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
    if ((float) value != value && rounded.size() < FEW_LEVELS) {
      rounded.add(value);
    }
    store(row, value);
  }

  /// What is wrong with numbers that lie so close together, beside their size, that float32 makes the same of many (times in seconds,
  /// long identifiers); else an empty text.
  String merged() {
    double step = Math.ulp((float) Math.max(Math.abs(least), Math.abs(greatest)));
    if (rounded.size() < FEW_NUMBERS || greatest - least >= FEW_LEVELS * step || named() || kind != TargetKind.VALUES) {
      return "";
    }
    long different = rounded.stream().map(Double::floatValue).distinct().count();
    if (different > 0.9 * rounded.size()) {
      return "";
    }
    BigDecimal offset = new BigDecimal(least).stripTrailingZeros();
    return String.format(Locale.ROOT, "its numbers from %s to %s fall together as float32, which has steps of %s there; subtract %s in the file%s", offset.toPlainString(),
        new BigDecimal(greatest).stripTrailingZeros().toPlainString(), new BigDecimal(step).stripTrailingZeros().toPlainString(), offset.toPlainString(),
        target ? "" : ", list the column under `ignore`, or say `types: {" + name + ": categorical}`");
  }

  private void store(int row, double value) {
    values.set(row, at, value);
  }

  /// The number in `row`, NaN where it is missing; the index of a name, -1 where it is missing.
  double at(int row) {
    double value = values.at(row, at);
    return names != null && Double.isNaN(value) ? -1 : value;
  }

  /// Makes names of the whole numbers that it holds in its first `size` rows. Returns the first row that holds another
  /// number, or -1.
  int nameNumbers(int size) {
    names = new LinkedHashMap<>();
    for (int row = 0; row < size; row++) {
      double value = values.at(row, at);
      if (!CsvCell.whole(value)) {
        names = null;
        return row;
      }
      store(row, names.computeIfAbsent(Long.toString((long) value), _ -> names.size()));
    }
    return -1;
  }

  /// Numbers the names anew, in sorted order.
  void sort(int size) {
    if (closed) {
      return;
    }
    List<String> met = new ArrayList<>(names.keySet());
    List<String> sorted = met.stream().sorted(CsvCell::compare).toList();
    names.clear();
    sorted.forEach(n -> names.put(n, names.size()));
    int[] place = met.stream().mapToInt(names::get).toArray();
    for (int row = 0; row < size; row++) {
      double old = at(row);
      store(row, old < 0 ? -1 : place[(int) old]);
    }
  }
}
