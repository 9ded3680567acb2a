package dlt.data;

import dlt.error.Failure;
import dlt.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;

/// The columns of a table that are read, and as what: those that the experiment lists, or that a model was trained on. They hold what
/// one pass over the table reads.
final class TableColumns {
  /// An input while it is read: columns whose numbers lie in `values`, or a text.
  sealed interface Input {
    String name();
  }

  record Columns(String name, GrowingTable values, List<TableColumn> columns) implements Input {}

  record Text(String name, TextColumn text) implements Input {}

  private final TableArguments table;
  private final TableRows rows;
  private final Wanted wanted;
  /// The columns' numbers by their names.
  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<Input> inputs = new ArrayList<>();
  private final List<TableColumn> targets = new ArrayList<>();
  private final TextColumns texts;
  private final List<TextColumn> targetTexts = new ArrayList<>();
  private final SequencedMap<String, Integer> keys = new LinkedHashMap<>();

  /// Of `table` in `rows`; files of words count from the folder `base`. Columns in `named` hold names, though no type says so. Without
  /// `features` the rows describe something else and need none. Throws Failure(DATA) where the table lacks a column.
  TableColumns(TableArguments table, TableRows rows, Path base, Wanted wanted, boolean features, Set<String> named) {
    this.table = table;
    this.rows = rows;
    this.wanted = wanted;
    List<String> header = rows.header();
    for (int i = 0; i < header.size(); i++) {
      numbers.put(header.get(i), i);
    }
    texts = new TextColumns(table, rows.file(), base, wanted, this::number);
    choose(features);
    if (wanted.schema().isEmpty()) {
      table.types().keySet().forEach(this::number);
    }
    wanted.keys().stream().sorted().forEach(name -> keys.put(name, number(name)));
    wanted.schema().ifPresent(this::takeNames);
    for (TableColumn p : used()) {
      ColumnType type = table.types().get(p.name);
      if (!p.declared && type instanceof ColumnType.Numeric) {
        p.declareNumbers();
      } else if (!p.declared && (type instanceof ColumnType.Categorical || named.contains(p.name))) {
        p.declareNames();
      }
    }
  }

  private void choose(boolean features) {
    List<String> targetNames;
    SequencedMap<String, List<String>> inputNames = new LinkedHashMap<>();
    if (wanted.schema().isPresent()) {
      Schema schema = wanted.schema().get();
      known(schema).filter(f -> !f.columns().isEmpty()).forEach(f -> inputNames.put(f.name(), f.columns().stream().map(Column::name).toList()));
      targetNames = schema.targets().stream().flatMap(f -> f.columns().stream()).map(Column::name).toList();
      if (inputNames.isEmpty() && features) {
        inputNames.putAll(listed(table.target())); // a model that was trained on arrays
        targetNames = table.target();
      }
    } else {
      targetNames = table.target();
      inputNames.putAll(listed(targetNames));
    }
    if (inputNames.isEmpty() && features) {
      throw rows.file().failure("no column is left to predict from");
    }
    inputNames.forEach((name, columns) -> inputs.add(input(name, columns)));
    if (wanted.targets() != TargetKind.NONE) {
      targetNames.forEach(this::addTarget);
    }
  }

  /// The inputs or features as the experiment lists them, or all columns but the targets, the ignored ones and those that
  /// samples are divided by.
  private Map<String, List<String>> listed(List<String> targetNames) {
    table.ignore().forEach(this::number);
    Set<String> out = new HashSet<>(targetNames);
    out.addAll(table.ignore());
    out.addAll(wanted.keys());
    if (!table.inputs().isEmpty()) {
      return table.inputs();
    }
    List<String> features = table.features().orElseGet(() -> rows.header().stream().filter(name -> !out.contains(name)).toList());
    return features.isEmpty() ? Map.of() : Map.of("features", features);
  }

  private Input input(String input, List<String> names) {
    Optional<TextColumn> text = texts.input(names, wanted.schema().stream().flatMap(this::known));
    if (text.isPresent()) {
      return new Text(input, text.get());
    }
    GrowingTable values = new GrowingTable(rows.file(), DType.FLOAT32, names.size());
    List<TableColumn> columns = new ArrayList<>();
    for (String name : names) {
      columns.add(new TableColumn(name, number(name), false, TargetKind.VALUES, values, columns.size()));
    }
    return new Columns(input, values, columns);
  }

  private void addTarget(String name) {
    // numbers in doubles, for class numbers of more than 24 bits
    texts.target(name).ifPresentOrElse(targetTexts::add,
        () -> targets.add(new TableColumn(name, number(name), true, wanted.kind(name), new GrowingTable(rows.file(), DType.FLOAT64, 1), 0)));
  }

  /// The inputs of a model that this table gives: all, where it lists several; else the first, as the others of a pair are
  /// the same columns.
  private Stream<Field> known(Schema schema) {
    return schema.inputs().stream().limit(Math.max(1, table.inputs().size()));
  }

  /// The names that a model knows; what it does not name is numbers to it.
  private void takeNames(Schema schema) {
    Map<String, List<String>> known = new HashMap<>();
    known(schema).flatMap(f -> f.columns().stream()).forEach(c -> known.put(c.name(), c.categories()));
    features().forEach(p -> declare(p, known.getOrDefault(p.name, List.of())));
    for (TableColumn p : targets) {
      for (Field field : schema.targets()) {
        if (field.columns().isEmpty() ? schema.targets().size() == 1 : field.columns().stream().anyMatch(c -> c.name().equals(p.name))) {
          declare(p, field.classes());
        }
      }
    }
  }

  private static void declare(TableColumn p, List<String> names) {
    if (names.isEmpty()) {
      p.declareNumbers();
    } else {
      p.declareNames(names);
    }
  }

  private int number(String name) {
    Integer number = numbers.get(name);
    if (number == null) {
      List<String> header = rows.header();
      String other = header.size() == 1
          ? "; its only column is '" + header.getFirst() + "'" + (rows.otherwise().isEmpty() ? ", is `delimiter` right?" : rows.otherwise()) : Names.hint(name, header);
      throw new Failure(Failure.Kind.DATA, rows.atHeader() + ": has no column '" + name + "'" + other);
    }
    return number;
  }

  List<Input> inputs() {
    return inputs;
  }

  /// The targets that are no texts.
  List<TableColumn> targets() {
    return targets;
  }

  List<TextColumn> targetTexts() {
    return targetTexts;
  }

  private Stream<TableColumn> features() {
    return inputs.stream().flatMap(i -> i instanceof Columns c ? c.columns.stream() : Stream.of());
  }

  /// The columns of numbers or names, inputs before targets.
  List<TableColumn> used() {
    return Stream.concat(features(), targets.stream()).toList();
  }

  /// The columns of texts, inputs before targets.
  List<TextColumn> texts() {
    return texts.all();
  }

  /// The files of words that were read for them.
  List<SourceFile> wordFiles() {
    return texts.files();
  }

  /// The numbers of the columns that samples are divided by or put together by, by name.
  SequencedMap<String, Integer> keys() {
    return keys;
  }

  /// The numbers of all columns whose cells are looked at.
  int[] numbers() {
    return Stream.of(used().stream().mapToInt(p -> p.index), texts().stream().flatMapToInt(TextColumn::places), keys.values().stream().mapToInt(n -> n))
        .flatMapToInt(c -> c).distinct().toArray();
  }
}
