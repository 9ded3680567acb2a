package dlt.data;

import dlt.tensor.TensorType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// One tensor of every sample: `type` is that of one sample, float32 or int64. `classes` names the classes of a target that
/// holds class indices, in the order of the indices (empty where they have no names); `columns` says what the features of
/// an input from a table are (else empty).
public record Field(String name, TensorType type, List<String> classes, List<Column> columns) {
  public Field {
    classes = List.copyOf(classes);
    columns = List.copyOf(columns);
  }

  public Field(String name, TensorType type) {
    this(name, type, List.of(), List.of());
  }

  /// The words of an input that is a text.
  public Optional<Vocabulary> vocabulary() {
    return columns.stream().flatMap(c -> c.vocabulary().stream()).findFirst();
  }

  /// How many different indices the input holds, where its columns say so: those of a text's words, or of categories with one
  /// more for what is missing or unknown.
  public OptionalInt indices() {
    if (vocabulary().isPresent()) {
      return OptionalInt.of(vocabulary().get().size());
    }
    return columns.stream().allMatch(Column::categorical) ? columns.stream().mapToInt(c -> c.categories().size() + 1).max() : OptionalInt.empty();
  }
}
