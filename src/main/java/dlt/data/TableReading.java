package dlt.data;

import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads a table into memory, in one pass: a column of texts is taken for what its first cell is. Only where a column of names
/// begins with numbers the file is read again.
final class TableReading {
  /// More names than this, and than half of the lines, are taken for a mistake unless the type is given.
  private static final int MANY = 20;

  private final boolean besides;
  private final TableArguments table;
  private final TableRows rows;
  private final SourceFile file;
  private final Wanted wanted;
  private final Set<String> missing;
  private final String missingInitials;
  private final Path base;
  private TableColumns columns;
  /// What samples are divided by, by the columns' names.
  private final Map<String, List<String>> keys = new HashMap<>();
  private int[] lines;
  private int size;

  /// Files of words count from the folder `base`.
  TableReading(Table table, TableRows rows, Path base, Wanted wanted) {
    this(table, rows, base, wanted, false);
  }

  /// Where the rows describe something else, `besides`, they need no features, and their keys may be missing (empty texts).
  TableReading(Table table, TableRows rows, Path base, Wanted wanted, boolean besides) {
    this.base = base;
    this.besides = besides;
    this.table = table.arguments();
    this.rows = rows;
    this.file = rows.file();
    this.wanted = wanted;
    this.missing = Set.copyOf(table.missingValues());
    this.missingInitials = missing.stream().filter(m -> !m.isEmpty()).map(m -> m.substring(0, 1)).collect(Collectors.joining());
  }

  Dataset dataset() {
    Set<String> named = new HashSet<>();
    do {
      columns = new TableColumns(table, rows, base, wanted, !besides, named);
      read();
    } while (named.addAll(namesThatBeginWithNumbers()));
    columns.used().forEach(this::settle);
    return convert();
  }

  private boolean missing(String text) {
    return text.isEmpty() || missingInitials.indexOf(text.charAt(0)) >= 0 && missing.contains(text);
  }

  private void read() {
    List<TableColumn> used = columns.used();
    String[] texts = new String[used.size()];
    double[] numbers = new double[used.size()];
    boolean[] asNumber = new boolean[used.size()];
    for (int i = 0; i < asNumber.length; i++) {
      TableColumn p = used.get(i);
      asNumber[i] =
          switch (rows.kind(p.index)) {
            case TEXT -> false;
            case NUMBER -> !p.named();
            case BOOLEAN -> !p.named() && (!p.target || p.declared);
          };
    }
    size = 0;
    lines = new int[1024];
    columns.keys().keySet().forEach(name -> keys.put(name, new ArrayList<>()));
    List<TextColumn> textColumns = columns.texts();
    textColumns.stream().flatMapToInt(TextColumn::places).forEach(rows::kind); // what is nested is no text
    rows.forEach(
        columns.numbers(),
        (line, cells) -> {
          if (!take(line, cells, used, asNumber, texts, numbers)) {
            return;
          }
          lines = size < lines.length ? lines : Arrays.copyOf(lines, size + size / 2);
          lines[size] = line;
          for (int i = 0; i < texts.length; i++) {
            TableColumn p = used.get(i);
            if (asNumber[i] && !Double.isNaN(numbers[i])) {
              complain(p, line, p.put(size, numbers[i]));
            } else {
              put(p, line, texts[i]);
            }
          }
          textColumns.forEach(t -> t.put(size, cells));
          readKeys(line, cells);
          size++;
        });
    if (size == 0) {
      throw file.failure(table.missing() == Table.Missing.DROP ? "no row without a missing value" : "has no rows of data");
    }
  }

  /// Puts the cells of the used columns into `texts` or `numbers`, null and NaN for a missing one. False where the row is
  /// dropped.
  private boolean take(int line, TableRows.Cells cells, List<TableColumn> used, boolean[] asNumber, String[] texts, double[] numbers) {
    for (int i = 0; i < texts.length; i++) {
      TableColumn p = used.get(i);
      if (asNumber[i]) {
        numbers[i] = cells.number(p.index);
        if (!Double.isNaN(numbers[i])) {
          continue;
        }
      } else {
        String text = cells.text(p.index);
        texts[i] = text == null ? "" : text.strip();
        if (!missing(texts[i])) {
          continue;
        }
      }
      texts[i] = null;
      switch (table.missing()) {
        case DROP -> {
          return false;
        }
        case ERROR ->
            throw at(line, p, wanted.schema().isPresent() ? "the value is missing, and the model was trained without missing values" : "the value is missing; say what to do: `missing: drop`, `mean`, `median`, or `keep` with an `impute` step");
        case KEEP, MEAN, MEDIAN -> {
          if (p.target) {
            throw at(line, p, "the target is missing; `missing: drop` leaves out such rows");
          }
        }
      }
    }
    return true;
  }

  private void readKeys(int line, TableRows.Cells cells) {
    columns.keys().forEach((name, column) -> {
      String cell = cells.text(column);
      String text = cell == null ? "" : cell.strip();
      if (missing(text) && !besides) {
        throw new Failure(Failure.Kind.DATA, rows.at(line) + ": column '" + name + "': the value is missing, and samples are divided by it");
      }
      keys.get(name).add(text);
    });
  }

  private void put(TableColumn p, int line, String text) {
    if (text == null) {
      p.putMissing(size);
      return;
    }
    complain(p, line, p.put(size, line, text));
  }

  private void complain(TableColumn p, int line, String wrong) {
    boolean unknownCategory = p.named() && !p.target;
    if (!wrong.isEmpty() && !(unknownCategory && table.unknown() == Table.Unknown.NONE)) {
      throw at(line, p, wrong);
    }
  }

  /// Columns that looked like numbers at first and hold names at least as often.
  private Set<String> namesThatBeginWithNumbers() {
    Set<String> r = new HashSet<>();
    for (TableColumn p : columns.used()) {
      if (p.declared || p.texts == 0) {
        continue;
      }
      if (p.numbers > p.texts) {
        throw at(
            p.firstTextLine,
            p,
            "'" + p.firstText + "' is not a number, as most values of the column are" + CsvCell.meant(p.firstText) + "; mend it, list it under `missing_values`, or say `types: {"
                + p.name + ": categorical}`");
      }
      if (!p.named()) {
        r.add(p.name);
      }
    }
    return r;
  }

  /// Settles the names of a column that has some.
  private void settle(TableColumn p) {
    if (p.numbers + p.texts == 0 && (!p.declared || p.named() && p.names().isEmpty())) {
      throw new Failure(Failure.Kind.DATA, rows.atHeader() + ": column '" + p.name + "' has no values at all; list it under `ignore`");
    }
    if (!p.named() && p.kind == TargetKind.CLASSES) {
      int row = p.nameNumbers(size);
      if (row >= 0) {
        throw at(lines[row], p, "the loss wants classes, and " + p.at(row) + (Math.abs(p.at(row)) >= 1L << 53 ? " is too large for the number of a class; say `types: {" + p.name
            + ": categorical}`" : " is no name and no whole number" + CsvCell.probabilities(p.at(row))));
      }
    }
    String merged = wanted.schema().isEmpty() ? p.merged() : "";
    if (!merged.isEmpty()) {
      throw new Failure(Failure.Kind.DATA, rows.atHeader() + ": column '" + p.name + "': " + merged);
    }
    if (p.named()) {
      if (!p.declared && p.names().size() > Math.max(MANY, size / 2)) {
        throw tooMany(p, p.names().size());
      }
      p.sort(size);
    }
  }

  private Failure tooMany(TableColumn p, int count) {
    String meant = p.firstText == null ? "" : CsvCell.meant(p.firstText);
    String what = "column '" + p.name + "' has " + count + " different values in " + size + " rows" + (meant.isEmpty() ? "" : ", such as '" + p.firstText + "'" + meant) + "; ";
    return file.failure(
        what
            + (p.target
                ? "the loss wants classes: take another target or a loss for numbers"
                : "list it under `ignore`, or say `types: {" + p.name + ": {text: 64}}` where it is a text of up to 64 words or so, "
                    + "`types: {" + p.name + ": categorical}` where it is not"));
  }

  private Dataset convert() {
    List<TableColumn> targets = columns.targets();
    boolean separate = wanted.separate(targets.stream().map(p -> p.name).toList());
    List<List<TableColumn>> groups = separate ? targets.stream().map(List::of).toList() : targets.isEmpty() ? List.of() : List.of(targets);
    List<ArrayDataset.Values> y = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    for (List<TableColumn> group : groups) {
      fields.add(field(group));
      Shape sample = fields.getLast().type().shape();
      HostTensor t = HostTensor.allocate(new TensorType(fields.getLast().type().dtype(), sample.insert(0, size)));
      fill(t, group);
      y.add(ArrayDataset.Values.of(t, fields.getLast().type()));
    }
    for (TextColumn text : columns.targetTexts()) {
      fields.add(text.field(text.name()));
      y.add(text.values(fields.getLast()));
    }
    List<Field> inputFields = new ArrayList<>();
    List<ArrayDataset.Values> x = new ArrayList<>();
    for (TableColumns.Input input : columns.inputs()) {
      switch (input) {
        case TableColumns.Text(String name, TextColumn text) -> {
          inputFields.add(text.field(name));
          x.add(text.values(inputFields.getLast()));
        }
        case TableColumns.Columns(String name, GrowingTable values, List<TableColumn> of) -> {
          inputFields.add(new Field(name, TensorType.float32(sampleShape(of)), List.of(), of.stream().map(p -> new Column(p.name, p.names())).toList()));
          x.add(new ArrayDataset.Values(values, inputFields.getLast().type(), 1, (_, _) -> {}));
        }
      }
    }
    int[] places = Arrays.copyOf(lines, size);
    Dataset dataset =
        new ArrayDataset(size, new Schema(inputFields, fields), x, y, i -> rows.at(places[i]), () -> SourceFile.hash(Stream.concat(Stream.of(file), columns.wordFiles().stream()).toList()), keys);
    return wanted.checked(dataset, file.name());
  }

  private void fill(HostTensor t, List<TableColumn> group) {
    for (int c = 0; c < group.size(); c++) {
      for (int row = 0; row < size; row++) {
        t.set((long) row * group.size() + c, group.get(c).at(row));
      }
    }
  }

  private Field field(List<TableColumn> group) {
    TableColumn first = group.getFirst();
    if (first.kind == TargetKind.CLASSES) {
      return new Field(first.name, TensorType.int64(), first.names(), List.of(Column.numeric(first.name)));
    }
    for (TableColumn p : group) {
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

  private Shape sampleShape(List<TableColumn> features) {
    if (!table.inputs().isEmpty() && features.size() == 1 && features.getFirst().named()) {
      return Shape.SCALAR;
    }
    if (table.shape().isEmpty()) {
      return Shape.of(features.size());
    }
    Shape shape = new Shape(table.shape().get());
    if (shape.size() != features.size()) {
      throw file.failure("has " + features.size() + " feature columns, but shape " + shape + " needs " + shape.size());
    }
    Optional<TableColumn> categorical = features.stream().filter(TableColumn::named).findFirst();
    if (categorical.isPresent() && shape.rank() > 1) {
      throw file.failure("column '" + categorical.get().name + "' holds names; samples of shape " + shape + " are numbers");
    }
    return shape;
  }

  private Failure at(int line, TableColumn p, String message) {
    return new Failure(Failure.Kind.DATA, rows.at(line) + ": column '" + p.name + "': " + message);
  }
}
