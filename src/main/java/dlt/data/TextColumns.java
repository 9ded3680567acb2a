package dlt.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/// Says which columns of a table that is read hold texts, and in which words: those of a model where there is one, else by the
/// table's `types`. A text that is a target too is an input in which a begin mark stands before the words.
final class TextColumns {
  private final TableArguments table;
  private final SourceFile file;
  private final Path base;
  private final Wanted wanted;
  /// The number of the column of a name.
  private final ToIntFunction<String> places;
  /// Of texts, by the column that they are named after.
  private final Map<String, SequencedMap<String, Integer>> vocabularies = new HashMap<>();
  private final List<SourceFile> words = new ArrayList<>();
  private final List<TextColumn> all = new ArrayList<>();

  /// Of `table` in `file`; files of words count from the folder `base`.
  TextColumns(TableArguments table, SourceFile file, Path base, Wanted wanted, ToIntFunction<String> places) {
    this.table = table;
    this.file = file;
    this.base = base;
    this.wanted = wanted;
    this.places = places;
  }

  /// The text that is the only one of an input's `columns`; `known` are the inputs of a model that the table gives.
  Optional<TextColumn> input(List<String> columns, Stream<Field> known) {
    Optional<TextColumn> r;
    if (wanted.schema().isPresent()) {
      String name = columns.getFirst();
      r = known.filter(f -> f.columns().stream().anyMatch(c -> c.name().equals(name))).findFirst().flatMap(f -> f.vocabulary()
          .map(v -> written(f) ? TextColumn.empty(name, v, file) : TextColumn.of(name, places.applyAsInt(name), v, file)));
    } else {
      Optional<String> text = columns.stream().filter(c -> table.types().get(c) instanceof ColumnType.Text).findFirst();
      if (text.isPresent() && columns.size() > 1) {
        throw file.failure("column '" + text.get() + "' is a text, which is an input of its own; say " + TableArguments.inputsFor(text.get(), columns));
      }
      r = text.map(name -> typed(name, table.target().contains(name) ? Vocabulary.Mark.BEGIN : Vocabulary.Mark.NONE));
    }
    r.ifPresent(all::add);
    return r;
  }

  /// Whether predictions are made without this input: they write it.
  private boolean written(Field input) {
    return wanted.targets() == TargetKind.NONE && wanted.schema().orElseThrow().written(input);
  }

  /// The target `name`, where it is a text.
  Optional<TextColumn> target(String name) {
    Optional<TextColumn> r = wanted.schema().isPresent()
        ? wanted.schema().get().targets().stream().filter(f -> f.columns().stream().anyMatch(c -> c.name().equals(name))).findFirst()
            .flatMap(Field::vocabulary).map(v -> TextColumn.of(name, places.applyAsInt(name), v, file))
        : table.types().get(name) instanceof ColumnType.Text ? Optional.of(typed(name, Vocabulary.Mark.END)) : Optional.empty();
    if (r.isPresent() && wanted.kind(name) != TargetKind.CLASSES) {
      throw file.failure("the loss wants numbers, and target column '" + name + "' is a text; cross_entropy takes its words");
    }
    r.ifPresent(all::add);
    return r;
  }

  private TextColumn typed(String name, Vocabulary.Mark mark) {
    ColumnType.Text rule = (ColumnType.Text) table.types().get(name);
    String root = rule.root(name);
    ColumnType.Text own = (ColumnType.Text) table.types().get(root);
    List<String> marks = marked(root) ? Vocabulary.MARKS : List.of();
    if (own.words().isEmpty()) {
      SequencedMap<String, Integer> met = vocabularies.computeIfAbsent(root, _ -> new LinkedHashMap<>(Vocabulary.of(own, marks).indices()));
      return TextColumn.open(name, places.applyAsInt(name), rule, mark, met, file);
    }
    SourceFile list = SourceFile.of(base, own.words().get());
    if (!words.contains(list)) {
      words.add(list);
    }
    ColumnType.Text closed = new ColumnType.Text(rule.length(), rule.vocabulary(), rule.minCount(), rule.by(), rule.lowercase(), rule.paddingSide(), rule.truncationSide(),
        Optional.empty(), own.words());
    Vocabulary vocabulary = Vocabulary.of(closed, Stream.concat(marks.stream(), WordFile.read(list, own).words().stream()).toList());
    return TextColumn.of(name, places.applyAsInt(name), vocabulary.with(mark), file);
  }

  /// Whether a target is in the words of the column `root`.
  private boolean marked(String root) {
    return table.target().stream().anyMatch(t -> table.types().get(t) instanceof ColumnType.Text text && text.root(t).equals(root));
  }

  /// All texts, inputs before targets.
  List<TextColumn> all() {
    return all;
  }

  /// The files of words that were read.
  List<SourceFile> files() {
    return words;
  }
}
