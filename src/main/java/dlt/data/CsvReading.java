package dlt.data;

import de.siegmar.fastcsv.reader.CsvRecord;
import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/// Reads a csv file into memory, in one pass: a column is taken for what its first cell is. Only where a column of names
/// begins with numbers the file is read again.
final class CsvReading {
  /// More names than this, and than half of the lines, are taken for a mistake unless the type is given.
  private static final int MANY = 20;

  private final Csv csv;
  private final SourceFile file;
  private final CsvRows rows;
  private final Wanted wanted;
  private final Set<String> missing;
  private final String missingInitials;
  private List<CsvColumn> features;
  private List<CsvColumn> targets;
  private final SequencedMap<String, List<String>> keys = new LinkedHashMap<>();
  private int[] keyColumns;
  private int[] lines;
  private int size;

  CsvReading(Csv csv, Path base, Wanted wanted) {
    this.csv = csv;
    this.file = SourceFile.of(base, csv.path());
    this.rows = new CsvRows(file, csv.separator(), csv.header());
    this.wanted = wanted;
    this.missing = Set.copyOf(csv.missingValues());
    this.missingInitials = missing.stream().filter(m -> !m.isEmpty()).map(m -> m.substring(0, 1)).collect(Collectors.joining());
  }

  Dataset dataset() {
    Set<String> named = new HashSet<>();
    do {
      chooseColumns(named);
      read();
    } while (named.addAll(namesThatBeginWithNumbers()));
    used().forEach(this::settle);
    return convert();
  }

  private void chooseColumns(Set<String> named) {
    features = new ArrayList<>();
    targets = new ArrayList<>();
    List<String> header = rows.header();
    List<String> targetNames;
    List<String> featureNames;
    if (wanted.schema().isPresent()) {
      Schema schema = wanted.schema().get();
      featureNames = schema.inputs().getFirst().columns().stream().map(Column::name).toList();
      targetNames = schema.targets().stream().flatMap(f -> f.columns().stream()).map(Column::name).toList();
      if (featureNames.isEmpty()) {
        featureNames = listed(header, csv.target()); // a model that was trained on arrays
        targetNames = csv.target();
      }
    } else {
      targetNames = csv.target();
      featureNames = listed(header, targetNames);
    }
    if (wanted.targets() == TargetKind.NONE) {
      targetNames = List.of();
    }
    for (String name : featureNames) {
      features.add(new CsvColumn(name, column(name, header), false, TargetKind.VALUES));
    }
    for (String name : targetNames) {
      targets.add(new CsvColumn(name, column(name, header), true, wanted.kind(name)));
    }
    if (features.isEmpty()) {
      throw file.failure("no column is left to predict from");
    }
    if (wanted.schema().isEmpty()) {
      csv.types().keySet().forEach(name -> column(name, header));
    }
    wanted.keys().stream().sorted().forEach(name -> keys.put(name, new ArrayList<>()));
    keyColumns = keys.keySet().stream().mapToInt(name -> column(name, header)).toArray();
    wanted.schema().ifPresent(this::takeNames);
    for (CsvColumn p : used()) {
      Csv.Type type = csv.types().get(p.name);
      if (!p.declared && type == Csv.Type.NUMERIC) {
        p.declareNumbers();
      } else if (!p.declared && (type == Csv.Type.CATEGORICAL || named.contains(p.name))) {
        p.declareNames();
      }
    }
  }

  /// The features as the experiment lists them, or all columns but the targets, the ignored ones and those that samples are
  /// divided by.
  private List<String> listed(List<String> header, List<String> targetNames) {
    csv.ignore().forEach(name -> column(name, header));
    Set<String> out = new HashSet<>(targetNames);
    out.addAll(csv.ignore());
    out.addAll(wanted.keys());
    return csv.features().orElse(header).stream().filter(name -> csv.features().isPresent() || !out.contains(name)).toList();
  }

  /// The names that a model knows; what it does not name is numbers to it.
  private void takeNames(Schema schema) {
    Map<String, List<String>> known = new HashMap<>();
    schema.inputs().getFirst().columns().forEach(c -> known.put(c.name(), c.categories()));
    features.forEach(p -> declare(p, known.getOrDefault(p.name, List.of())));
    for (CsvColumn p : targets) {
      for (Field field : schema.targets()) {
        if (field.columns().isEmpty() ? schema.targets().size() == 1 : field.columns().stream().anyMatch(c -> c.name().equals(p.name))) {
          declare(p, field.classes());
        }
      }
    }
  }

  private static void declare(CsvColumn p, List<String> names) {
    if (names.isEmpty()) {
      p.declareNumbers();
    } else {
      p.declareNames(names);
    }
  }

  private int column(String name, List<String> header) {
    int index = header.indexOf(name);
    if (index < 0) {
      String other = header.size() == 1 ? "; its only column is '" + header.getFirst() + "', is `delimiter` right?" : Names.hint(name, header);
      throw new Failure(Failure.Kind.DATA, rows.at(1) + ": has no column '" + name + "'" + other);
    }
    return index;
  }

  private List<CsvColumn> used() {
    List<CsvColumn> r = new ArrayList<>(features);
    r.addAll(targets);
    return r;
  }

  private boolean missing(String text) {
    return text.isEmpty() || missingInitials.indexOf(text.charAt(0)) >= 0 && missing.contains(text);
  }

  private void read() {
    List<CsvColumn> used = used();
    String[] texts = new String[used.size()];
    size = 0;
    lines = new int[1024];
    keys.values().forEach(List::clear);
    rows.forEach(
        (line, cells) -> {
          if (!take(line, cells, used, texts)) {
            return;
          }
          lines = size < lines.length ? lines : Arrays.copyOf(lines, size + size / 2);
          lines[size] = line;
          for (int i = 0; i < texts.length; i++) {
            put(used.get(i), line, texts[i]);
          }
          readKeys(line, cells);
          size++;
        });
    if (size == 0) {
      throw file.failure(csv.missing() == Csv.Missing.DROP ? "no line without a missing value" : "has no lines of data");
    }
  }

  /// Puts the cells of the used columns into `texts`, null for a missing one. False where the line is dropped.
  private boolean take(int line, CsvRecord cells, List<CsvColumn> used, String[] texts) {
    for (int i = 0; i < texts.length; i++) {
      CsvColumn p = used.get(i);
      String text = cells.getField(p.index).strip();
      texts[i] = text;
      if (!missing(text)) {
        continue;
      }
      texts[i] = null;
      switch (csv.missing()) {
        case DROP -> {
          return false;
        }
        case ERROR ->
            throw at(line, p, "the value is missing; say what to do: `missing: drop`, `mean`, `median`, or `keep` with an `impute` step");
        case KEEP, MEAN, MEDIAN -> {
          if (p.target) {
            throw at(line, p, "the target is missing; `missing: drop` leaves out such lines");
          }
        }
      }
    }
    return true;
  }

  private void readKeys(int line, CsvRecord cells) {
    int k = 0;
    for (Map.Entry<String, List<String>> key : keys.entrySet()) {
      String text = cells.getField(keyColumns[k++]).strip();
      if (missing(text)) {
        throw new Failure(Failure.Kind.DATA, rows.at(line) + ": column '" + key.getKey() + "': the value is missing, and samples are divided by it");
      }
      key.getValue().add(text);
    }
  }

  private void put(CsvColumn p, int line, String text) {
    if (text == null) {
      p.putMissing(size);
      return;
    }
    String wrong = p.put(size, line, text);
    boolean unknownCategory = p.named() && !p.target;
    if (!wrong.isEmpty() && !(unknownCategory && csv.unknown() == Csv.Unknown.NONE)) {
      throw at(line, p, wrong);
    }
  }

  /// Columns that looked like numbers at first and hold names at least as often.
  private Set<String> namesThatBeginWithNumbers() {
    Set<String> r = new HashSet<>();
    for (CsvColumn p : used()) {
      if (p.declared || p.texts == 0) {
        continue;
      }
      if (p.numbers > p.texts) {
        throw at(
            p.firstTextLine,
            p,
            "'" + p.firstText + "' is not a number, as most values of the column are; mend it, list it under `missing_values`, or say `types: {"
                + p.name + ": categorical}`");
      }
      if (!p.named()) {
        r.add(p.name);
      }
    }
    return r;
  }

  /// Settles the names of a column that has some.
  private void settle(CsvColumn p) {
    if (p.numbers + p.texts == 0 && (!p.declared || p.named() && p.names().isEmpty())) {
      throw new Failure(Failure.Kind.DATA, rows.at(1) + ": column '" + p.name + "' has no values at all; list it under `ignore`");
    }
    if (!p.named() && p.kind == TargetKind.CLASSES) {
      int row = p.nameNumbers(size);
      if (row >= 0) {
        throw at(lines[row], p, "the loss wants classes, and " + p.at(row) + " is no name and no whole number");
      }
    }
    if (p.named()) {
      if (!p.declared && p.names().size() > Math.max(MANY, size / 2)) {
        throw tooMany(p, p.names().size());
      }
      p.sort(size);
    }
  }

  private Failure tooMany(CsvColumn p, int count) {
    String what = "column '" + p.name + "' has " + count + " different values in " + size + " lines; ";
    return file.failure(
        what
            + (p.target
                ? "the loss wants classes: take another target or a loss for numbers"
                : "list it under `ignore`, or say `types: {" + p.name + ": categorical}`"));
  }

  private Dataset convert() {
    HostTensor x = HostTensor.allocate(TensorType.float32(size, features.size()));
    boolean separate = wanted.separate(targets.stream().map(p -> p.name).toList());
    List<List<CsvColumn>> groups = separate ? targets.stream().map(List::of).toList() : targets.isEmpty() ? List.of() : List.of(targets);
    List<ArrayDataset.Values> y = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    for (List<CsvColumn> group : groups) {
      fields.add(field(group));
      Shape sample = fields.getLast().type().shape();
      HostTensor t = HostTensor.allocate(new TensorType(fields.getLast().type().dtype(), sample.insert(0, size)));
      fill(t, group);
      y.add(ArrayDataset.Values.of(t, fields.getLast().type()));
    }
    for (int f = 0; f < features.size(); f++) {
      CsvColumn p = features.get(f);
      for (int row = 0; row < size; row++) {
        x.data().setAtIndex(ValueLayout.JAVA_FLOAT, (long) row * features.size() + f, (float) p.at(row));
      }
    }
    List<Column> columns = features.stream().map(p -> new Column(p.name, p.names())).toList();
    Field input = new Field("features", TensorType.float32(sampleShape()), List.of(), columns);
    Schema schema = new Schema(List.of(input), fields);
    SourceFile from = file;
    String name = file.name();
    int[] places = Arrays.copyOf(lines, size);
    Dataset dataset =
        new ArrayDataset(size, schema, List.of(ArrayDataset.Values.of(x, input.type())), y, i -> name + ":" + places[i], () -> SourceFile.hash(List.of(from)), keys);
    return wanted.checked(dataset, name);
  }

  private void fill(HostTensor t, List<CsvColumn> group) {
    for (int c = 0; c < group.size(); c++) {
      for (int row = 0; row < size; row++) {
        t.set((long) row * group.size() + c, group.get(c).at(row));
      }
    }
  }

  private Field field(List<CsvColumn> group) {
    CsvColumn first = group.getFirst();
    if (first.kind == TargetKind.CLASSES) {
      return new Field(first.name, TensorType.int64(), first.names(), List.of(Column.numeric(first.name)));
    }
    for (CsvColumn p : group) {
      if (p.names().size() > 2) {
        throw file.failure(
            "the loss wants numbers, but target column '" + p.name + "' holds " + p.names().size() + " different names ("
                + Names.list(p.names()) + ")");
      }
    }
    return new Field(
        group.size() == 1 ? first.name : "target",
        TensorType.float32(group.size()),
        group.size() == 1 ? first.names() : List.of(),
        group.stream().map(p -> Column.numeric(p.name)).toList());
  }

  private Shape sampleShape() {
    if (csv.shape().isEmpty()) {
      return Shape.of(features.size());
    }
    Shape shape = new Shape(csv.shape().get());
    if (shape.size() != features.size()) {
      throw file.failure("has " + features.size() + " feature columns, but shape " + shape + " needs " + shape.size());
    }
    Optional<CsvColumn> categorical = features.stream().filter(CsvColumn::named).findFirst();
    if (categorical.isPresent() && shape.rank() > 1) {
      throw file.failure("column '" + categorical.get().name + "' holds names; samples of shape " + shape + " are numbers");
    }
    return shape;
  }

  private Failure at(int line, CsvColumn p, String message) {
    return new Failure(Failure.Kind.DATA, rows.at(line) + ": column '" + p.name + "': " + message);
  }
}
