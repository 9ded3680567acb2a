package dlt.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.config.JsonSchema;
import dlt.config.Kinds;
import dlt.layer.Layer;

/// The JSON Schema of experiment files: that of the records, and what is settled before the records are bound: `blocks`,
/// `modules`, their uses as layers, and `sweep`.
public final class ExperimentSchema {
  private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private ExperimentSchema() {}

  /// The schema as indented JSON.
  public static String json() {
    try {
      ObjectNode root = (ObjectNode) JSON.readTree(JsonSchema.of(Experiment.class));
      ObjectNode definitions = (ObjectNode) root.get("$defs");
      ObjectNode properties = (ObjectNode) root.get("properties");
      ObjectNode layers = JSON.createObjectNode().put("type", "array");
      layers.putObject("items").put("$ref", "#/$defs/layer.Placed");
      ObjectNode block = JSON.createObjectNode().put("type", "object").put("additionalProperties", false);
      block.putArray("required").add("layers");
      ObjectNode parts = block.putObject("properties");
      parts.putObject("params").put("type", "object").put("description", "The block's parameters with their defaults, or `required`.");
      // a parameter stands where a layer takes a number
      parts.putObject("layers").put("type", "array").put("description", "The layers; `$name` stands for a parameter.");
      properties.putObject("blocks").put("type", "object").put("description", "Templates of layers: new weights at each use.")
          .set("additionalProperties", block);
      properties.putObject("modules").put("type", "object").put("description", "Lists of layers with the same weights at each use.")
          .set("additionalProperties", layers);
      properties.putObject("sweep").put("description", "What `dlt sweep` varies; training does not read it.");
      ArrayNode uses = (ArrayNode) definitions.get("layer.Placed").get("anyOf");
      ObjectNode unknown = JSON.createObjectNode();
      ArrayNode kinds = unknown.putObject("not").putArray("enum");
      Kinds.of(Layer.class).keySet().forEach(kinds::add);
      uses.add(unknown.deepCopy().put("type", "string").put("description", "A block without arguments."));
      ObjectNode use = JSON.createObjectNode().put("type", "object").put("minProperties", 1).put("maxProperties", 1)
          .put("description", "A block or module by its name.");
      use.set("propertyNames", unknown);
      uses.add(use);
      return JSON.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
