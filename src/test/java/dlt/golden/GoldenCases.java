package dlt.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One category of PyTorch's reference results: the cases of `<category>.json` with the tensors of `<category>.safetensors`, in
/// the folder that the system property `golden.dir` names.
public record GoldenCases(String category, List<Case> cases) {
  /// One case: what its JSON says, and its tensors.
  public record Case(String name, JsonNode json, Map<String, HostTensor> tensors) {
    /// The tensor `<case>/<key>`.
    public HostTensor tensor(String key) {
      HostTensor t = tensors.get(name + "/" + key);
      if (t == null) {
        throw new IllegalArgumentException("no tensor " + name + "/" + key);
      }
      return t;
    }

    /// The case's arguments as the arguments of a kind in an experiment file (JSON is YAML), with `renamed` keys; tensors are
    /// lists.
    public String arguments(Map<String, String> renamed) {
      List<String> parts = new ArrayList<>();
      json.get("args").properties().forEach(e -> {
        String value = e.getValue().has("tensor") ? java.util.Arrays.toString(tensor(e.getValue().get("tensor").asText()).toDoubles())
            : e.getValue().toString();
        parts.add(renamed.getOrDefault(e.getKey(), e.getKey()) + ": " + value);
      });
      return String.join(", ", parts);
    }
  }

  /// Reads a category; it need not have tensors.
  public static GoldenCases read(String category) {
    Path folder = Path.of(System.getProperty("golden.dir"));
    Path tensors = folder.resolve(category + ".safetensors");
    Map<String, HostTensor> values = Files.exists(tensors) ? Safetensors.read(tensors) : Map.of();
    try {
      List<Case> cases = new ArrayList<>();
      for (JsonNode c : new ObjectMapper().readTree(folder.resolve(category + ".json").toFile()).get("cases")) {
        String name = c.has("name") ? c.get("name").asText() : category + "." + (cases.size() + 1);
        cases.add(new Case(name, c, values));
      }
      return new GoldenCases(category, cases);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
