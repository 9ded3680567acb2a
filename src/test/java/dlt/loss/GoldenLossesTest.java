package dlt.loss;

import static dlt.golden.GoldenBackend.assertClose;
import static dlt.golden.GoldenBackend.doubles;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dlt.golden.GoldenTable;
import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.config.Binder;
import dlt.config.YamlNode;
import dlt.golden.GoldenBackend;
import dlt.golden.GoldenCases;
import dlt.graph.Autodiff;
import dlt.graph.GraphBuilder;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/// PyTorch's losses and their gradients, each written as the loss of an experiment file.
@ExtendWith(GoldenTable.class)
class GoldenLossesTest {
  record File(Loss loss) {}

  /// PyTorch's names of what has another one here.
  private static final Map<String, String> RENAMED = Map.of("weight", "class_weights");

  @TestFactory
  Stream<DynamicTest> lossesAndTheirGradientsArePyTorchs() {
    List<GoldenCases.Case> cases = GoldenCases.read("losses").cases();
    return Stream.of(GoldenBackend.values()).flatMap(backend -> cases.stream()
        .map(c -> DynamicTest.dynamicTest(c.name() + " on " + backend, () -> check(c, backend))));
  }

  static Loss loss(String op, String arguments) {
    String kind = op.replaceFirst("Loss$", "").replace("BCEWith", "BceWith").replace("NLL", "Nll").replace("KL", "Kl")
        .replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(java.util.Locale.ROOT);
    YamlNode yaml = YamlNode.parse("{loss: {" + kind + ": {" + arguments + "}}}", Path.of("golden"));
    return Binder.bind(yaml, File.class).value().loss();
  }

  private static void check(GoldenCases.Case c, GoldenBackend on) {
    String reduction = (c.json().get("args").isEmpty() ? "" : ", ") + "reduction: " + c.json().get("reduction").asText();
    Loss loss = loss(c.json().get("op").asText(), c.arguments(RENAMED) + reduction);
    GraphBuilder g = new GraphBuilder();
    SequencedMap<String, Value> predictions = new LinkedHashMap<>();
    Optional<Value> target = Optional.empty();
    for (JsonNode name : c.json().get("inputs")) {
      HostTensor t = c.tensor(name.asText());
      Value v = g.input(name.asText(), new TensorType(t.dtype() == DType.INT64 ? DType.INT64 : DType.FLOAT32, t.shape()));
      if (name.asText().equals("target")) {
        target = Optional.of(v);
      } else {
        predictions.put(name.asText(), v);
      }
    }
    assertThat(List.copyOf(predictions.keySet())).isEqualTo(loss.inputs());
    Value value = loss.emit(g, List.copyOf(predictions.values()), target);
    List<String> by = new ArrayList<>();
    c.json().get("differentiable").forEach(n -> by.add(n.asText()));
    List<Value> gradients = Autodiff.gradients(g, value, g.fill(value.shape(), 1), by.stream().map(predictions::get).toList());
    g.output("value", value);
    for (int i = 0; i < by.size(); i++) {
      g.output("grad_" + by.get(i), gradients.get(i));
    }
    try (Backend backend = on.open(); Program program = backend.compile(g.build(), Map.of())) {
      program.inputs().forEach(name -> program.input(name).write(c.tensor(name)));
      program.run();
      double bound = on.bound(c.json().get("torch_f32_err").asDouble());
      assertThat(program.output("value").type().shape()).isEqualTo(c.tensor("value").shape());
      assertClose("value", doubles(program.output("value")), c.tensor("value"), bound);
      for (String name : by) {
        assertClose("grad_" + name, doubles(program.output("grad_" + name)), c.tensor("grad_" + name), bound);
      }
    }
  }
}
