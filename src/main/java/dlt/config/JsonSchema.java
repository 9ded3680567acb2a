package dlt.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The JSON Schema (draft 2020-12) of a record, so that editors complete and check experiment files.
public final class JsonSchema {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Path DEFAULT = Path.of("default");

  private final Map<String, ObjectNode> definitions = new LinkedHashMap<>();

  private JsonSchema() {}

  /// The schema of `type` as indented JSON.
  public static String of(Class<? extends Record> type) {
    JsonSchema schema = new JsonSchema();
    ObjectNode root = JSON.objectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.setAll(schema.plain(RecordType.of(type)));
    ObjectNode defs = root.putObject("$defs");
    schema.definitions.forEach(defs::set);
    try {
      return new ObjectMapper().writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private ObjectNode form(Form form, Optional<Range> range) {
    return switch (form) {
      case Form.Int _, Form.Whole _ -> limited(type("integer"), range);
      case Form.Real _ -> limited(type("number"), range);
      case Form.Truth _ -> type("boolean");
      case Form.Text _ -> type("string");
      case Form.Choice c -> choice(c);
      case Form.Maybe m -> anyOf(List.of(form(m.of(), range), type("null")));
      case Form.Many m -> anyOf(List.of(list(form(m.of(), range)), form(m.of(), range)));
      case Form.Named n -> (ObjectNode) type("object").set("additionalProperties", form(n.of(), range));
      case Form.Fields f -> f.type() == IntPair.class ? intPair(range) : record(f.type());
      case Form.Kind k -> kinds(k.type(), Optional.empty());
      case Form.Anything _ -> JSON.objectNode();
    };
  }

  private static ObjectNode type(String name) {
    return JSON.objectNode().put("type", name);
  }

  private static ObjectNode limited(ObjectNode schema, Optional<Range> range) {
    range.ifPresent(
        r -> {
          if (r.min() != Double.NEGATIVE_INFINITY) {
            schema.set(r.minExclusive() ? "exclusiveMinimum" : "minimum", number(r.min()));
          }
          if (r.max() != Double.POSITIVE_INFINITY) {
            schema.set(r.maxExclusive() ? "exclusiveMaximum" : "maximum", number(r.max()));
          }
        });
    return schema;
  }

  private static JsonNode number(double v) {
    return v == Math.rint(v) && Math.abs(v) < 1e15 ? JSON.numberNode((long) v) : JSON.numberNode(v);
  }

  private static ObjectNode choice(Form.Choice c) {
    List<ObjectNode> ways = new ArrayList<>();
    Kinds.constants(c.type()).forEach((name, constant) -> ways.add(described(JSON.objectNode().put("const", name), Kinds.doc(constant))));
    return anyOf(ways);
  }

  private static ObjectNode list(ObjectNode items) {
    return (ObjectNode) type("array").set("items", items);
  }

  private static ObjectNode anyOf(List<ObjectNode> schemas) {
    if (schemas.size() == 1) {
      return schemas.getFirst();
    }
    ObjectNode r = JSON.objectNode();
    r.putArray("anyOf").addAll(schemas);
    return r;
  }

  private static ObjectNode intPair(Optional<Range> range) {
    ObjectNode both = limited(type("integer"), range);
    return anyOf(List.of(both, list(both.deepCopy()).put("minItems", 2).put("maxItems", 2)));
  }

  // Records and kinds, by reference

  private ObjectNode record(Class<? extends Record> type) {
    RecordType r = RecordType.of(type);
    return r.inlineKind().map(k -> kinds(k.type(), Optional.of(r))).orElseGet(() -> define(name(type), () -> plain(r)));
  }

  private ObjectNode kinds(Class<?> family, Optional<RecordType> holder) {
    return define(name(holder.<Class<?>>map(RecordType::type).orElse(family)), () -> family(family, holder));
  }

  private interface Definition {
    ObjectNode make();
  }

  private ObjectNode define(String name, Definition definition) {
    if (!definitions.containsKey(name)) {
      definitions.put(name, JSON.objectNode());
      definitions.put(name, definition.make());
    }
    return JSON.objectNode().put("$ref", "#/$defs/" + name);
  }

  private static String name(Class<?> type) {
    return type.getName().replaceFirst("^dlt\\.", "").replace('$', '.');
  }

  /// A record that is no kind: a mapping; a list where it is made of numbers, which are then in their order.
  private ObjectNode plain(RecordType type) {
    List<ObjectNode> ways = new ArrayList<>();
    ways.add(object(type.keys()));
    if (type.keys().stream().allMatch(a -> isNumber(a.form()))) {
      ways.add(positional(type.keys()));
    }
    if (type.isShorthand()) {
      ways.add(form(type.keys().getFirst().form(), type.keys().getFirst().range()));
    }
    if (RecordType.fromText(type.type()).isPresent()) {
      ways.add(anyScalar());
    }
    return described(anyOf(ways), Kinds.doc(type.type()));
  }

  /// Bare words, and mappings of one kind to its arguments.
  private ObjectNode family(Class<?> family, Optional<RecordType> holder) {
    List<ObjectNode> ways = new ArrayList<>();
    ObjectNode byKind = type("object").put("minProperties", 1).put("maxProperties", 1).put("additionalProperties", false);
    ObjectNode properties = byKind.putObject("properties");
    Kinds.of(family)
        .forEach(
            (name, type) -> {
              RecordType r = RecordType.of(type);
              if (r.keys().stream().noneMatch(Argument::required)) {
                ways.add(described(JSON.objectNode().put("const", name), Kinds.doc(type)));
              }
              String definition = holder.map(h -> name(h.type()) + "." + name).orElseGet(() -> name(type));
              properties.set(name, define(definition, () -> arguments(r, holder)));
            });
    ways.add(byKind);
    if (RecordType.fromText(family).isPresent()) {
      ways.add(anyScalar());
    }
    return described(anyOf(ways), Kinds.doc(family));
  }

  private ObjectNode arguments(RecordType type, Optional<RecordType> holder) {
    List<Argument> keys = new ArrayList<>(type.keys());
    List<ObjectNode> ways = new ArrayList<>();
    if (!keys.isEmpty()) {
      ways.add(form(keys.getFirst().form(), keys.getFirst().range()));
    }
    holder.ifPresent(h -> keys.addAll(h.keys()));
    ways.addFirst(object(keys));
    if (keys.stream().noneMatch(Argument::required)) {
      ways.add(type("null"));
    }
    if (RecordType.fromText(type.type()).isPresent()) {
      ways.add(anyScalar());
    }
    return described(anyOf(ways), Kinds.doc(type.type()));
  }

  private static boolean isNumber(Form form) {
    return switch (form) {
      case Form.Int _, Form.Whole _, Form.Real _, Form.Truth _ -> true;
      case Form.Maybe m -> isNumber(m.of());
      case Form.Text _, Form.Choice _, Form.Many _, Form.Named _, Form.Fields _, Form.Kind _, Form.Anything _ -> false;
    };
  }

  private static ObjectNode anyScalar() {
    ObjectNode r = JSON.objectNode();
    r.putArray("type").add("string").add("number").add("boolean");
    return r;
  }

  private ObjectNode positional(List<Argument> keys) {
    ObjectNode r = type("array");
    ArrayNode items = r.putArray("prefixItems");
    keys.forEach(a -> items.add(form(a.form(), a.range())));
    r.put("items", false);
    return r.put("minItems", (int) keys.stream().filter(Argument::required).count());
  }

  private ObjectNode object(List<Argument> keys) {
    ObjectNode r = type("object");
    ObjectNode properties = r.putObject("properties");
    ArrayNode required = JSON.arrayNode();
    for (Argument a : keys) {
      ObjectNode property = form(a.form(), a.range());
      described(property, a.doc());
      a.defaultText().ifPresent(t -> property.set("default", json(YamlNode.parse(t, DEFAULT))));
      properties.set(a.key(), property);
      if (a.required()) {
        required.add(a.key());
      }
    }
    if (!required.isEmpty()) {
      r.set("required", required);
    }
    return r.put("additionalProperties", false);
  }

  private static ObjectNode described(ObjectNode schema, String doc) {
    return doc.isEmpty() ? schema : schema.put("description", doc);
  }

  /// A default as JSON; what JSON has no number for stays text.
  private static JsonNode json(YamlNode node) {
    return switch (node) {
      case YamlNode.Scalar s ->
          switch (CoreScalar.of(s)) {
            case NULL -> JSON.nullNode();
            case BOOLEAN -> JSON.booleanNode(CoreScalar.truth(s.text()));
            case WHOLE -> CoreScalar.whole(s.text()).<JsonNode>map(JSON::numberNode).orElseGet(() -> JSON.textNode(s.text()));
            case FLOAT -> Double.isFinite(CoreScalar.real(s.text())) ? JSON.numberNode(CoreScalar.real(s.text())) : JSON.textNode(s.text());
            case TEXT -> JSON.textNode(s.text());
          };
      case YamlNode.Sequence s -> {
        ArrayNode r = JSON.arrayNode();
        s.items().forEach(i -> r.add(json(i)));
        yield r;
      }
      case YamlNode.Mapping m -> {
        ObjectNode r = JSON.objectNode();
        m.entries().forEach(e -> r.set(e.key(), json(e.value())));
        yield r;
      }
    };
  }
}
