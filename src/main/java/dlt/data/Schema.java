package dlt.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/// What every sample of a data set consists of. A model keeps the one it was trained with: it maps names to indices.
public record Schema(List<Field> inputs, List<Field> targets) {
  public Schema {
    inputs = List.copyOf(inputs);
    targets = List.copyOf(targets);
  }

  /// This schema as a JSON object on one line.
  public String json() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    write(root.putArray("inputs"), inputs);
    write(root.putArray("targets"), targets);
    return root.toString();
  }

  private static void write(ArrayNode to, List<Field> fields) {
    for (Field field : fields) {
      ObjectNode f = to.addObject().put("name", field.name()).put("dtype", field.type().dtype().safetensors());
      field.type().shape().dims().forEach(f.putArray("shape")::add);
      field.classes().forEach(f.putArray("classes")::add);
      ArrayNode columns = f.putArray("columns");
      for (Column column : field.columns()) {
        column.categories().forEach(columns.addObject().put("name", column.name()).putArray("categories")::add);
      }
    }
  }

  /// The schema that [#json] wrote. Throws Failure(DATA) where the text is something else.
  public static Schema parse(String json) {
    try {
      JsonNode root = new ObjectMapper().readTree(json);
      return new Schema(fields(root.required("inputs")), fields(root.required("targets")));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new Failure(Failure.Kind.DATA, "the schema of the training data is damaged", e);
    }
  }

  private static List<Field> fields(JsonNode nodes) {
    List<Field> r = new ArrayList<>();
    for (JsonNode f : nodes) {
      List<Integer> dims = new ArrayList<>();
      f.required("shape").forEach(d -> dims.add(d.intValue()));
      List<Column> columns = new ArrayList<>();
      f.required("columns").forEach(c -> columns.add(new Column(c.required("name").textValue(), texts(c.required("categories")))));
      TensorType type = new TensorType(dtype(f.required("dtype").textValue()), new Shape(dims));
      r.add(new Field(f.required("name").textValue(), type, texts(f.required("classes")), columns));
    }
    return r;
  }

  private static List<String> texts(JsonNode array) {
    List<String> r = new ArrayList<>();
    array.forEach(n -> r.add(n.asText()));
    return r;
  }

  private static DType dtype(String name) {
    for (DType d : DType.values()) {
      if (d.safetensors().equals(name)) {
        return d;
      }
    }
    throw new IllegalArgumentException(name);
  }
}
