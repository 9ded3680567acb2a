package dlt.data;

import de.siegmar.fastcsv.reader.CsvRecord;
import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads a csv file into memory. It goes through the file once to infer types, once more to collect categories where there
/// are any, and once to convert: no text is kept.
final class CsvReading {
  /// More categories than this, and than half of the lines, are taken for a mistake unless the type is given.
  private static final int MANY = 20;

  /// A column that is read.
  private static final class Plan {
    final String name;
    final int index;
    final boolean target;
    final TargetKind kind;

    /// Whether the type is given, by the experiment or by the model.
    boolean declared;

    /// Categories or classes to indices; null for numbers.
    Map<String, Integer> indices;

    boolean categorical;
    int numbers;
    int texts;
    int firstTextLine;
    String firstText;

    Plan(String name, int index, boolean target, TargetKind kind) {
      this.name = name;
      this.index = index;
      this.target = target;
      this.kind = kind;
    }

    List<String> names() {
      return indices == null ? List.of() : indices.keySet().stream().sorted((a, b) -> indices.get(a) - indices.get(b)).toList();
    }

    void name(List<String> names) {
      indices = new HashMap<>();
      for (String n : names) {
        indices.put(n, indices.size());
      }
    }
  }

  private final Csv csv;
  private final SourceFile file;
  private final CsvRows rows;
  private final Wanted wanted;
  private final Set<String> missing;
  private final List<Plan> features = new ArrayList<>();
  private final List<Plan> targets = new ArrayList<>();
  private int size;

  CsvReading(Csv csv, Path base, Wanted wanted) {
    this.csv = csv;
    this.file = SourceFile.of(base, csv.path());
    this.rows = new CsvRows(file, csv.separator(), csv.header());
    this.wanted = wanted;
    this.missing = Set.copyOf(csv.missingValues());
  }

  Dataset dataset() {
    chooseColumns();
    inferTypes();
    if (size == 0) {
      throw file.failure(csv.missing() == Csv.Missing.DROP ? "no line without a missing value" : "has no lines of data");
    }
    collectCategories();
    return convert();
  }

  private void chooseColumns() {
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
      features.add(new Plan(name, column(name, header), false, TargetKind.VALUES));
    }
    for (String name : targetNames) {
      targets.add(new Plan(name, column(name, header), true, wanted.kind(name)));
    }
    if (features.isEmpty()) {
      throw file.failure("no column is left to predict from");
    }
    for (String name : csv.types().keySet()) {
      column(name, header);
    }
    wanted.schema().ifPresent(this::takeCategories);
    for (Plan p : used()) {
      Csv.Type type = csv.types().get(p.name);
      if (type != null && !p.declared) {
        p.declared = true;
        p.categorical = type == Csv.Type.CATEGORICAL;
      }
    }
  }

  /// The features as the experiment lists them, or all columns but the targets and the ignored ones.
  private List<String> listed(List<String> header, List<String> targetNames) {
    csv.ignore().forEach(name -> column(name, header));
    Set<String> out = new HashSet<>(targetNames);
    out.addAll(csv.ignore());
    return csv.features().orElse(header).stream().filter(name -> csv.features().isPresent() || !out.contains(name)).toList();
  }

  private void takeCategories(Schema schema) {
    Map<String, List<String>> known = new HashMap<>();
    schema.inputs().getFirst().columns().forEach(c -> known.put(c.name(), c.categories()));
    for (Plan p : features) {
      List<String> categories = known.get(p.name);
      p.declared = categories != null;
      p.categorical = categories != null && !categories.isEmpty();
      if (p.categorical) {
        p.name(categories);
      }
    }
    for (Plan p : targets) {
      for (Field field : schema.targets()) {
        if (field.columns().isEmpty() ? schema.targets().size() == 1 : field.columns().stream().anyMatch(c -> c.name().equals(p.name))) {
          p.declared = true;
          p.categorical = !field.classes().isEmpty();
          if (p.categorical) {
            p.name(field.classes());
          }
        }
      }
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

  private List<Plan> used() {
    List<Plan> r = new ArrayList<>(features);
    r.addAll(targets);
    return r;
  }

  private boolean missing(String text) {
    return text.isEmpty() || missing.contains(text);
  }

  /// Whether the line counts as a sample.
  private boolean kept(int line, CsvRecord cells, List<Plan> used) {
    for (Plan p : used) {
      if (!missing(cells.getField(p.index).strip())) {
        continue;
      }
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

  private void inferTypes() {
    List<Plan> used = used();
    rows.forEach(
        (line, cells) -> {
          if (!kept(line, cells, used)) {
            return;
          }
          size++;
          for (Plan p : used) {
            String text = cells.getField(p.index).strip();
            if (missing(text)) {
              continue;
            }
            if (!Double.isNaN(CsvCell.number(text))) {
              p.numbers++;
            } else if (p.texts++ == 0) {
              p.firstText = text;
              p.firstTextLine = line;
            }
          }
        });
    for (Plan p : used) {
      if (p.declared || size == 0) {
        continue;
      }
      if (p.numbers + p.texts == 0) {
        throw new Failure(Failure.Kind.DATA, rows.at(1) + ": column '" + p.name + "' has no values at all; list it under `ignore`");
      }
      if (p.texts > 0 && p.numbers > p.texts) {
        throw at(
            p.firstTextLine,
            p,
            "'" + p.firstText + "' is not a number, as most values of the column are; mend it, list it under `missing_values`, or say `types: {"
                + p.name + ": categorical}`");
      }
      p.categorical = p.texts > 0;
    }
  }

  private void collectCategories() {
    Map<Plan, Set<String>> found = new HashMap<>();
    List<Plan> used = used();
    for (Plan p : used) {
      if (p.indices == null && (p.categorical || p.kind == TargetKind.CLASSES)) {
        found.put(p, new LinkedHashSet<>());
      }
    }
    if (found.isEmpty()) {
      return;
    }
    rows.forEach(
        (line, cells) -> {
          if (!kept(line, cells, used)) {
            return;
          }
          found.forEach(
              (p, names) -> {
                String text = cells.getField(p.index).strip();
                if (!missing(text)) {
                  names.add(category(p, line, text));
                }
              });
        });
    found.forEach(
        (p, names) -> {
          if (!p.declared && names.size() > Math.max(MANY, size / 2)) {
            throw tooMany(p, names.size());
          }
          p.name(names.stream().sorted(CsvCell::compare).toList());
        });
  }

  /// The name under which a cell's text is known.
  private String category(Plan p, int line, String text) {
    if (p.categorical) {
      return text;
    }
    if (!CsvCell.whole(CsvCell.number(text))) {
      throw at(line, p, "the loss wants classes, and " + text + " is no name and no whole number");
    }
    return CsvCell.canonical(text);
  }

  private Failure tooMany(Plan p, int count) {
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
    List<List<Plan>> groups = separate ? targets.stream().map(List::of).toList() : targets.isEmpty() ? List.of() : List.of(targets);
    List<HostTensor> y = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    for (List<Plan> group : groups) {
      fields.add(field(group));
      Shape sample = fields.getLast().type().shape();
      y.add(HostTensor.allocate(new TensorType(fields.getLast().type().dtype(), sample.insert(0, size))));
    }
    int[] lines = new int[size];
    int[] next = {0};
    List<Plan> used = used();
    rows.forEach(
        (line, cells) -> {
          if (!kept(line, cells, used)) {
            return;
          }
          int row = next[0]++;
          if (row >= size) {
            throw changed();
          }
          lines[row] = line;
          for (int f = 0; f < features.size(); f++) {
            x.data().setAtIndex(ValueLayout.JAVA_FLOAT, (long) row * features.size() + f, value(features.get(f), line, cells));
          }
          for (int g = 0; g < groups.size(); g++) {
            List<Plan> group = groups.get(g);
            for (int c = 0; c < group.size(); c++) {
              float value = value(group.get(c), line, cells);
              y.get(g).set((long) row * group.size() + c, value);
            }
          }
        });
    if (next[0] != size) {
      throw changed();
    }
    Field input = new Field("features", TensorType.float32(sampleShape()), List.of(), features.stream().map(p -> new Column(p.name, p.names())).toList());
    Schema schema = new Schema(List.of(input), fields);
    SourceFile from = file;
    String name = file.name();
    return wanted.checked(new ArrayDataset(size, schema, List.of(x), y, i -> name + ":" + lines[i], () -> SourceFile.hash(List.of(from))), name);
  }

  private Failure changed() {
    return file.failure("changed while it was read");
  }

  private Field field(List<Plan> group) {
    Plan first = group.getFirst();
    if (first.kind == TargetKind.CLASSES) {
      return new Field(first.name, TensorType.int64(), first.names(), List.of(Column.numeric(first.name)));
    }
    for (Plan p : group) {
      if (p.indices != null && p.indices.size() > 2) {
        throw file.failure(
            "the loss wants numbers, but target column '" + p.name + "' holds " + p.indices.size() + " different names ("
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
    Optional<Plan> categorical = features.stream().filter(p -> p.indices != null).findFirst();
    if (categorical.isPresent() && shape.rank() > 1) {
      throw file.failure("column '" + categorical.get().name + "' holds names; samples of shape " + shape + " are numbers");
    }
    return shape;
  }

  /// A number, or the index of a category.
  private float value(Plan p, int line, CsvRecord cells) {
    String text = cells.getField(p.index).strip();
    if (missing(text)) {
      return p.indices == null ? Float.NaN : -1;
    }
    if (p.indices != null) {
      Integer index = p.indices.get(text);
      if (index == null) {
        index = p.indices.get(CsvCell.canonical(text));
      }
      if (index != null) {
        return index;
      }
      if (!p.target && csv.unknown() == Csv.Unknown.NONE) {
        return -1;
      }
      throw at(line, p, "'" + text + "' is none of the " + (p.target ? "classes" : "categories") + " of the training data" + Names.hint(text, p.names()));
    }
    double value = CsvCell.number(text);
    if (Double.isNaN(value)) {
      throw at(line, p, "'" + text + "' is not a number");
    }
    if (Float.isInfinite((float) value)) {
      throw at(line, p, text + " is too large for float32");
    }
    return (float) value;
  }

  private Failure at(int line, Plan p, String message) {
    return new Failure(Failure.Kind.DATA, rows.at(line) + ": column '" + p.name + "': " + message);
  }
}
