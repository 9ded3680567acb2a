package dlt.data;

import dlt.tensor.TensorType;
import java.util.List;

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
}
