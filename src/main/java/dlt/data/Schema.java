package dlt.data;

import java.util.List;

/// What every sample of a data set consists of. A model keeps the one it was trained with: it maps names to indices.
public record Schema(List<Field> inputs, List<Field> targets) {
  public Schema {
    inputs = List.copyOf(inputs);
    targets = List.copyOf(targets);
  }

  /// This schema as a JSON object on one line.
  public String json() {
    throw new UnsupportedOperationException("Schema.json");
  }

  /// The schema that [#json] wrote. Throws Failure(DATA) where the text is something else.
  public static Schema parse(String json) {
    throw new UnsupportedOperationException("Schema.parse");
  }
}
