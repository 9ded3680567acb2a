package dlt.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A column of a csv file while it is read: numbers, or names with the indices that they were met in. Which of the two is
/// settled beforehand or by the first cell.
final class CsvColumn {
  private static final float MISSING = Float.NaN;

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

  // a target keeps doubles, for class numbers of more than 24 bits
  private float[] floats = new float[0];
  private double[] doubles = new double[0];

  int numbers;
  int texts;
  int firstTextLine;
  String firstText;

  CsvColumn(String name, int index, boolean target, TargetKind kind) {
    this.name = name;
    this.index = index;
    this.target = target;
    this.kind = kind;
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
    put(row, MISSING);
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
    if (number && !target && Float.isInfinite((float) value)) {
      return text + " is too large for float32";
    }
    put(row, value);
    return number || !declared ? "" : "'" + text + "' is not a number";
  }

  private String putName(int row, String text) {
    Integer known = names.get(text);
    if (known == null && closed) {
      known = names.get(CsvCell.canonical(text));
    }
    if (known == null && closed) {
      put(row, MISSING);
      return "'" + text + "' is none of the " + (target ? "classes" : "categories") + " of the training data" + Names.hint(text, names.keySet());
    }
    if (known == null) {
      known = names.size();
      names.put(text, known);
    }
    put(row, known);
    return "";
  }

  private void put(int row, double value) {
    if (target) {
      doubles = row < doubles.length ? doubles : Arrays.copyOf(doubles, Math.max(1024, row + row / 2));
      doubles[row] = value;
    } else {
      floats = row < floats.length ? floats : Arrays.copyOf(floats, Math.max(1024, row + row / 2));
      floats[row] = (float) value;
    }
  }

  /// The number in `row`, NaN where it is missing; the index of a name, -1 where it is missing.
  double at(int row) {
    double value = target ? doubles[row] : floats[row];
    return names != null && Double.isNaN(value) ? -1 : value;
  }

  /// Makes names of the whole numbers that it holds in its first `size` rows. Returns the first row that holds another
  /// number, or -1.
  int nameNumbers(int size) {
    names = new LinkedHashMap<>();
    for (int row = 0; row < size; row++) {
      double value = doubles[row];
      if (!CsvCell.whole(value)) {
        names = null;
        return row;
      }
      doubles[row] = names.computeIfAbsent(Long.toString((long) value), _ -> names.size());
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
      if (old >= 0) {
        put(row, place[(int) old]);
      }
    }
  }
}
