package dlt.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.config.Kinds;
import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// What every sample of a data set consists of. A model keeps the one it was trained with: it maps names to indices.
public record Schema(List<Field> inputs, List<Field> targets) {
  public Schema {
    inputs = List.copyOf(inputs);
    targets = List.copyOf(targets);
  }

  /// Loaded on first use: a mapper takes 20 ms of a program's start.
  private static final class Json {
    /// In ASCII alone: not every runtime reads other characters of a model's properties.
    static final ObjectMapper ASCII = new ObjectMapper(JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build());
  }

  /// How many classes the target has, where there is one of named classes, or a text.
  public OptionalInt classes() {
    List<Field> known = targets.stream().filter(f -> f.type().dtype() == DType.INT64 && (!f.classes().isEmpty() || f.vocabulary().isPresent())).toList();
    return known.size() != 1 ? OptionalInt.empty()
        : OptionalInt.of(known.getFirst().vocabulary().map(Vocabulary::size).orElse(known.getFirst().classes().size()));
  }

  /// Whether a model writes this input itself, word by word, when it predicts: the text that is its target, beside other inputs.
  public boolean written(Field input) {
    return inputs.size() > 1 && input.vocabulary().filter(v -> v.mark() == Vocabulary.Mark.BEGIN).isPresent()
        && targets.stream().anyMatch(t -> t.vocabulary().isPresent() && t.columns().getFirst().name().equals(input.columns().getFirst().name()));
  }

  /// This schema as a JSON object on one line.
  public String json() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    write(root.putArray("inputs"), inputs);
    write(root.putArray("targets"), targets);
    try {
      return Json.ASCII.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(ArrayNode to, List<Field> fields) {
    for (Field field : fields) {
      ObjectNode f = to.addObject().put("name", field.name()).put("dtype", field.type().dtype().safetensors());
      field.type().shape().dims().forEach(f.putArray("shape")::add);
      field.classes().forEach(f.putArray("classes")::add);
      ArrayNode columns = f.putArray("columns");
      for (Column column : field.columns()) {
        ObjectNode c = columns.addObject().put("name", column.name());
        column.categories().forEach(c.putArray("categories")::add);
        column.vocabulary().ifPresent(v -> write(c.putObject("text"), v));
      }
    }
  }

  private static void write(ObjectNode text, Vocabulary vocabulary) {
    ColumnType.Text rule = vocabulary.rule();
    text.put("length", rule.length()).put("vocabulary", rule.vocabulary()).put("min_count", rule.minCount()).put("by", Kinds.name(rule.by()))
        .put("lowercase", rule.lowercase()).put("padding_side", Kinds.name(rule.paddingSide())).put("truncation_side", Kinds.name(rule.truncationSide()));
    if (vocabulary.mark() != Vocabulary.Mark.NONE) {
      text.put("mark", Kinds.name(vocabulary.mark()));
    }
    vocabulary.words().forEach(text.putArray("words")::add);
  }

  private static Vocabulary vocabulary(JsonNode text) {
    ColumnType.Text rule = new ColumnType.Text(
        text.required("length").intValue(), text.required("vocabulary").intValue(), text.required("min_count").intValue(),
        ColumnType.By.valueOf(constant(text, "by")), text.required("lowercase").booleanValue(), ColumnType.Side.valueOf(constant(text, "padding_side")),
        ColumnType.Side.valueOf(constant(text, "truncation_side")));
    return Vocabulary.of(rule, texts(text.required("words")))
        .with(text.has("mark") ? Vocabulary.Mark.valueOf(constant(text, "mark")) : Vocabulary.Mark.NONE);
  }

  private static String constant(JsonNode of, String name) {
    return of.required(name).asText().toUpperCase(Locale.ROOT);
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
      f.required("columns").forEach(c -> columns.add(new Column(
          c.required("name").textValue(), texts(c.required("categories")), Optional.ofNullable(c.get("text")).map(Schema::vocabulary))));
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
