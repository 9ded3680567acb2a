package dlt.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One sample for a model, from a JSON value: an object with the names of columns or of inputs, or an array with the values of
/// the only input, nested as its shape or flat. Values mean what they would mean in a file like the training source.
public final class JsonSample {
  private final String origin;
  private final Optional<TableArguments> table;
  private final Set<String> missing;
  private final boolean decimalComma;

  private JsonSample(String origin, Source trained) {
    this.origin = origin;
    this.table = trained instanceof Table t ? Optional.of(t.arguments()) : Optional.empty();
    this.missing = new HashSet<>(trained instanceof Table t ? t.missingValues() : List.of());
    this.missing.add("");
    this.decimalComma = trained instanceof Csv csv && csv.form().decimalComma();
  }

  /// The sample that `json` holds, for a model that was trained on `trained`, whose samples are as `schema` says; messages call it
  /// `origin`. Throws Failure(DATA), naming input or column, where it does not fit.
  public static Part part(JsonNode json, String origin, Source trained, Schema schema) {
    JsonSample reading = new JsonSample(origin, trained);
    List<Field> fields = new ArrayList<>();
    List<HostTensor> values = new ArrayList<>();
    for (Field input : schema.inputs()) {
      HostTensor x = HostTensor.allocate(TensorType.float32(input.type().shape().insert(0, 1)));
      if (schema.written(input)) {
        x.set(0, Vocabulary.BEGIN);
      } else {
        reading.fill(x, json, input, schema.inputs());
      }
      fields.add(new Field(input.name(), TensorType.float32(input.type().shape()), List.of(), input.columns()));
      values.add(x);
    }
    Dataset one = new ArrayDataset(1, new Schema(fields, List.of()), values, List.of(), _ -> origin, () -> "");
    return Data.whole("data", Wanted.of(TargetKind.NONE).like(schema).checked(one, origin));
  }

  private void fill(HostTensor x, JsonNode json, Field input, List<Field> inputs) {
    switch (json) {
      case ArrayNode a when inputs.size() == 1 -> array(x, a, input);
      case ObjectNode o when o.has(input.name()) && (o.get(input.name()).isArray() || input.columns().isEmpty()) -> array(x, o.get(input.name()), input);
      case ObjectNode o when !input.columns().isEmpty() -> columns(x, o, input);
      case ObjectNode o -> throw failure("has no '" + input.name() + "'" + Names.hint(input.name(), names(o)));
      case ArrayNode _ -> throw failure("is an array, and the model has the inputs " + Names.list(inputs.stream().map(Field::name).toList())
          + "; give an object with these names");
      default -> throw failure("is " + kind(json) + "; expected an object or an array");
    }
  }

  private void columns(HostTensor x, ObjectNode o, Field input) {
    for (int i = 0; i < input.columns().size(); i++) {
      Column column = input.columns().get(i);
      if (!o.has(column.name())) {
        throw failure("has no '" + column.name() + "'" + Names.hint(column.name(), names(o)));
      }
      if (column.vocabulary().isPresent()) {
        text(x, o.get(column.name()), column);
      } else {
        x.set(i, value(o.get(column.name()), column.name(), column.categories()));
      }
    }
  }

  private void text(HostTensor x, JsonNode json, Column column) {
    if (json.isContainerNode()) {
      throw failure("'" + column.name() + "' is " + kind(json) + "; expected a text");
    }
    int[] indices = column.vocabulary().orElseThrow().indices(json.isNull() ? "" : json.asText());
    for (int i = 0; i < indices.length; i++) {
      x.set(i, indices[i]);
    }
  }

  /// Nested as the input's shape, or all of its values in one array; a number by itself for an input of one.
  private void array(HostTensor x, JsonNode json, Field input) {
    Shape shape = input.type().shape();
    List<JsonNode> leaves = new ArrayList<>();
    boolean flat = !json.isArray() || json.isEmpty() || !json.get(0).isArray();
    if (flat) {
      if (json.isArray()) {
        json.forEach(leaves::add);
      } else {
        leaves.add(json);
      }
    } else {
      nested(json, shape, 0, input, leaves);
    }
    if (leaves.size() != shape.size()) {
      throw failure("'" + input.name() + "' has " + leaves.size() + " values, expected " + shape.size() + " (" + shape + ")");
    }
    for (int i = 0; i < leaves.size(); i++) {
      boolean named = i < input.columns().size();
      x.set(i, value(leaves.get(i), named ? input.columns().get(i).name() : input.name(), named ? input.columns().get(i).categories() : List.of()));
    }
  }

  private void nested(JsonNode json, Shape shape, int level, Field input, List<JsonNode> leaves) {
    if (level == shape.rank()) {
      leaves.add(json);
      return;
    }
    if (!json.isArray() || json.size() != shape.dim(level)) {
      throw failure("'" + input.name() + "' has " + (json.isArray() ? json.size() + " entries" : kind(json)) + " in dimension " + level
          + ", expected " + shape.dim(level) + " (" + shape + ")");
    }
    for (JsonNode inner : json) {
      nested(inner, shape, level + 1, input, leaves);
    }
  }

  /// A number; the index of a category, -1 where it is missing.
  private double value(JsonNode json, String name, List<String> categories) {
    if (json.isContainerNode()) {
      throw failure("'" + name + "' is " + kind(json) + "; expected one value");
    }
    String text = json.isNull() ? "" : decimalComma && json.isTextual() ? CsvCell.withPoint(json.asText()).strip() : json.asText().strip();
    if (missing.contains(text)) {
      if (table.filter(t -> t.missing() != Table.Missing.ERROR && t.missing() != Table.Missing.DROP).isEmpty()) {
        throw failure("'" + name + "' is missing, and the model was trained without missing values");
      }
      return categories.isEmpty() ? Double.NaN : -1;
    }
    if (!categories.isEmpty()) {
      int index = categories.indexOf(text);
      index = index < 0 ? categories.indexOf(CsvCell.canonical(text)) : index;
      if (index < 0 && table.filter(t -> t.unknown() == Table.Unknown.NONE).isEmpty()) {
        throw failure("'" + name + "': '" + text + "' is none of the categories of the training data" + Names.hint(text, categories));
      }
      return index;
    }
    double number = json.isBoolean() ? (json.booleanValue() ? 1 : 0) : CsvCell.number(text);
    if (Double.isNaN(number) || Float.isInfinite((float) number)) {
      throw failure("'" + name + "': '" + text + "' is not a number" + (Double.isNaN(number) ? "" : " that float32 holds"));
    }
    return number;
  }

  private static List<String> names(ObjectNode o) {
    return o.properties().stream().map(Map.Entry::getKey).toList();
  }

  private static String kind(JsonNode json) {
    return switch (json.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "an array";
      case NULL, MISSING -> "null";
      case BOOLEAN -> "a truth value";
      case NUMBER -> "a number";
      case STRING, BINARY, POJO -> "a text";
    };
  }

  private Failure failure(String message) {
    return new Failure(Failure.Kind.DATA, origin + ": " + message);
  }
}
