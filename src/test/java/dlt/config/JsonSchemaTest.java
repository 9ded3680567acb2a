package dlt.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonSchemaTest {
  private final JsonNode schema = parse(JsonSchema.of(Sample.class));

  private static JsonNode parse(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private JsonNode definition(String name) {
    JsonNode r = schema.path("$defs").path("config.Sample" + name);
    assertThat(r.isObject()).as(name).isTrue();
    return r;
  }

  @Test
  void everyReferenceLeadsSomewhereAndEveryObjectIsClosed() {
    List<JsonNode> all = new ArrayList<>(List.of(schema));
    for (int i = 0; i < all.size(); i++) {
      JsonNode node = all.get(i);
      node.forEach(all::add);
      if (node.has("$ref")) {
        String name = node.get("$ref").asText().replace("#/$defs/", "");
        assertThat(schema.path("$defs").has(name)).as(name).isTrue();
      }
      if (node.path("type").asText().equals("object")) {
        assertThat(node.has("additionalProperties")).isTrue();
      }
    }
    assertThat(schema.get("$schema").asText()).isEqualTo("https://json-schema.org/draft/2020-12/schema");
  }

  @Test
  void keysHaveTypesDefaultsLimitsAndDescriptions() {
    JsonNode epochs = definition(".Training").path("anyOf").get(0).path("properties").path("epochs");
    assertThat(epochs).isEqualTo(parse("{\"type\": \"integer\", \"minimum\": 1, \"description\": \"Epochs.\", \"default\": 10}"));
    assertThat(definition(".Place.linear").path("anyOf").get(0).path("properties").path("init").path("anyOf"))
        .isEqualTo(parse("[{\"const\": \"lecun\", \"description\": \"By fan-in.\"}, {\"const\": \"kaiming_uniform\"}, {\"const\": \"xavier\"}]"));
    assertThat(definition(".Place.linear").path("anyOf").get(0).path("required")).hasToString("[\"out_features\"]");
  }

  @Test
  void kindsAreWordsOrMappingsOfOneKind() {
    JsonNode place = definition(".Place").path("anyOf");
    List<String> words = new ArrayList<>();
    place.forEach(w -> words.add(w.path("const").asText()));
    assertThat(words).startsWith("relu", "concat", "batch_norm").doesNotContain("linear");
    JsonNode mapping = place.get(place.size() - 1);
    assertThat(mapping.path("maxProperties").asInt()).isEqualTo(1);
    assertThat(mapping.path("properties").fieldNames()).toIterable().containsExactlyElementsOf(Kinds.of(Sample.Layer.class).keySet());
  }
}
