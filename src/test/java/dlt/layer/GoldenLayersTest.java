package dlt.layer;

import static dlt.golden.GoldenBackend.assertClose;
import static dlt.golden.GoldenBackend.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import dlt.golden.GoldenTable;
import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.golden.GoldenBackend;
import dlt.golden.GoldenCases;
import dlt.graph.Autodiff;
import dlt.graph.GraphBuilder;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/// PyTorch's layers with their gradients and running statistics, each written as the layer of an experiment file.
@ExtendWith(GoldenTable.class)
class GoldenLayersTest {
  /// PyTorch's own error is known of outputs alone, and what is left of a gradient after terms have cancelled may have lost more.
  private static final double UNKNOWN_ERROR = 1;

  @TestFactory
  Stream<DynamicTest> layersTheirGradientsAndBuffersArePyTorchs() {
    List<GoldenCases.Case> cases = GoldenCases.read("layers").cases();
    return Stream.of(GoldenBackend.values()).flatMap(on -> cases.stream().map(c -> dynamicTest(c.name() + " on " + on, () -> check(c, on))));
  }

  private static void check(GoldenCases.Case c, GoldenBackend on) {
    HostTensor input = c.tensor("input");
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("input", new TensorType(input.dtype() == DType.INT64 ? DType.INT64 : DType.FLOAT32, input.shape()));
    Value cotangent = g.input("cotangent", TensorType.float32(c.tensor("cotangent").shape()));
    boolean train = c.json().get("train").asBoolean();
    ModelScope model = new ModelScope(g, train, train ? g.input("rng", TensorType.int64(2)) : null);
    boolean stepsFirst = TorchModule.stepsFirst(c.json());
    model.input("input", stepsFirst ? g.transpose(x, 1, 0, 2) : x);
    Value applied = model.apply(TorchModule.layers("- " + TorchModule.yaml(c.json())));
    Value y = stepsFirst ? g.transpose(applied, 1, 0, 2) : applied;
    assertThat(model.parameters().keySet().stream().map(GoldenLayersTest::local)).containsExactlyElementsOf(strings(c.json().get("params")));
    assertThat(model.buffers().keySet().stream().map(GoldenLayersTest::local)).containsExactlyElementsOf(strings(c.json().get("buffers")));

    Map<String, Value> by = new LinkedHashMap<>();
    if (x.dtype() == DType.FLOAT32) {
      by.put("grad_input", x);
    }
    model.parameters().forEach((name, p) -> by.put("grad_" + local(name), g.variable(name, TensorType.float32(p.shape()))));
    List<Value> gradients = Autodiff.gradients(g, y, cotangent, List.copyOf(by.values()));
    g.output("output", y);
    List<String> names = List.copyOf(by.keySet());
    for (int i = 0; i < names.size(); i++) {
      g.output(names.get(i), gradients.get(i));
    }

    try (Backend backend = on.open()) {
      Map<String, Buffer> variables = new HashMap<>();
      model.parameters().values().forEach(p -> variables.put(p.name(), backend.allocate(TensorType.float32(p.shape()))));
      model.buffers().values().forEach(b -> variables.put(b.name(), backend.allocate(b.type())));
      variables.forEach((name, buffer) -> buffer.write(c.tensor(local(name))));
      try (Program program = backend.compile(g.build(), variables)) {
        program.input("input").write(input);
        program.input("cotangent").write(c.tensor("cotangent"));
        program.run();
        assertThat(y.shape()).isEqualTo(c.tensor("output").shape());
        assertClose("output", doubles(program.output("output")), c.tensor("output"), on.bound(c.json().get("torch_f32_err").asDouble()));
        for (String name : names) {
          assertClose(name, doubles(program.output(name)), c.tensor(name), on.bound(UNKNOWN_ERROR));
        }
      }
      for (String name : model.buffers().keySet()) {
        Buffer buffer = variables.get(name);
        double[] after = buffer.type().dtype() == DType.INT64 ? buffer.read().toDoubles() : doubles(buffer);
        assertClose("after_" + local(name), after, c.tensor("after_" + local(name)), on.bound(UNKNOWN_ERROR));
      }
    }
  }

  /// The layer is the model's first and only one.
  private static String local(String name) {
    assertThat(name).startsWith("0.");
    return name.substring(2);
  }

  private static List<String> strings(JsonNode list) {
    List<String> r = new ArrayList<>();
    list.forEach(n -> r.add(n.asText()));
    return r;
  }
}
