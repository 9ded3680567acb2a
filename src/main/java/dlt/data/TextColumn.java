package dlt.data;

import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.SequencedMap;

/// A column of texts while a table is read. Each word that is met gets an index, unless a vocabulary says which words have one.
final class TextColumn {
  final int index;
  private final String name;
  private final ColumnType.Text rule;
  private final GrowingTable values;
  private final SequencedMap<String, Integer> indices;
  private final boolean closed;

  private TextColumn(String name, int index, ColumnType.Text rule, SequencedMap<String, Integer> indices, boolean closed, SourceFile file) {
    this.name = name;
    this.index = index;
    this.rule = rule;
    this.values = new GrowingTable(file, DType.INT32, rule.length());
    this.indices = indices;
    this.closed = closed;
  }

  /// Column number `index` of `file`, all of whose words get an index in `indices`, which columns may share.
  static TextColumn open(String name, int index, ColumnType.Text rule, SequencedMap<String, Integer> indices, SourceFile file) {
    return new TextColumn(name, index, rule, indices, false, file);
  }

  /// Column number `index` of `file` in the words of a vocabulary.
  static TextColumn of(String name, int index, Vocabulary vocabulary, SourceFile file) {
    return new TextColumn(name, index, vocabulary.rule(), vocabulary.indices(), true, file);
  }

  /// Takes the text of `row`; null is an empty one.
  void put(int row, String text) {
    int[] found = Vocabulary.indices(rule, text == null ? "" : text, this::indexOf);
    for (int i = 0; i < found.length; i++) {
      values.set(row, i, found[i]);
    }
  }

  private int indexOf(String word) {
    return closed ? indices.getOrDefault(word, Vocabulary.UNKNOWN) : indices.computeIfAbsent(word, _ -> Vocabulary.FIRST + indices.size());
  }

  /// What was read, as the input `input`.
  Field field(String input) {
    return new Field(input, new TensorType(DType.INT64, Shape.of(rule.length())), List.of(), List.of(Column.text(name, new Vocabulary(rule, indices))));
  }

  GrowingTable values() {
    return values;
  }
}
