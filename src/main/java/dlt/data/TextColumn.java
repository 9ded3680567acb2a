package dlt.data;

import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/// A column of texts while a table is read. Each word that is met gets an index, unless a vocabulary says which words have one.
final class TextColumn {
  /// In place of a column's number for one that the table need not have: all its texts are empty.
  private static final int NOWHERE = -1;

  private final int index;
  private final String name;
  private final Vocabulary.Mark mark;
  private final ColumnType.Text rule;
  private final GrowingTable values;
  private final SequencedMap<String, Integer> indices;
  private final boolean closed;

  private TextColumn(String name, int index, ColumnType.Text rule, Vocabulary.Mark mark, SequencedMap<String, Integer> indices, boolean closed, SourceFile file) {
    this.name = name;
    this.index = index;
    this.mark = mark;
    this.rule = mark == Vocabulary.Mark.NONE ? rule : rule.written();
    this.values = new GrowingTable(file, DType.INT32, Vocabulary.length(rule, mark));
    this.indices = indices;
    this.closed = closed;
  }

  /// Column number `index` of `file`, all of whose words get an index in `indices`, which columns may share.
  static TextColumn open(String name, int index, ColumnType.Text rule, Vocabulary.Mark mark, SequencedMap<String, Integer> indices, SourceFile file) {
    return new TextColumn(name, index, rule, mark, indices, false, file);
  }

  /// Column number `index` of `file` in the words of a vocabulary.
  static TextColumn of(String name, int index, Vocabulary vocabulary, SourceFile file) {
    return new TextColumn(name, index, vocabulary.rule(), vocabulary.mark(), vocabulary.indices(), true, file);
  }

  /// As many empty texts as `file` has rows.
  static TextColumn empty(String name, Vocabulary vocabulary, SourceFile file) {
    return of(name, NOWHERE, vocabulary, file);
  }

  /// Where it lies in the table, if it does.
  IntStream places() {
    return index == NOWHERE ? IntStream.empty() : IntStream.of(index);
  }

  /// Takes the text of `row`; a missing one is empty.
  void put(int row, TableRows.Cells cells) {
    String text = index == NOWHERE ? null : cells.text(index);
    int[] found = Vocabulary.indices(rule, mark, text == null ? "" : text, this::indexOf);
    for (int i = 0; i < found.length; i++) {
      values.set(row, i, found[i]);
    }
  }

  private int indexOf(String word) {
    return closed ? indices.getOrDefault(word, Vocabulary.UNKNOWN) : indices.computeIfAbsent(word, _ -> Vocabulary.FIRST + indices.size());
  }

  String name() {
    return name;
  }

  /// What was read, as the input or target `called`.
  Field field(String called) {
    Vocabulary vocabulary = new Vocabulary(rule, indices, mark);
    return new Field(called, new TensorType(DType.INT64, Shape.of(vocabulary.length())), List.of(), List.of(Column.text(name, vocabulary)));
  }

  ArrayDataset.Values values(Field field) {
    return new ArrayDataset.Values(values, field.type(), 1, (_, _) -> {});
  }
}
