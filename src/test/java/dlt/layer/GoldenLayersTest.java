package dlt.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.backend.cpu.CpuBackend;
import dlt.backend.cpu.InstructionSet;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceBuffer;
import dlt.graph.Autodiff;
import dlt.graph.GraphBuilder;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every layer against PyTorch: outputs, gradients and buffers in float64 on the reference backend, in float32 on the others.
class GoldenLayersTest {
  private static final Path FOLDER = Path.of(System.getProperty("golden.dir"));

  /// Rounding of one float32 operation.
  private static final double EPSILON = 0x1p-24;

  /// What float32 may differ by, relative to the tensor's norm, wherever PyTorch's own error is unknown or larger.
  private static final double LOOSEST = 2e-5;

  /// The backends, by the names that tests have.
  private static final Map<String, Supplier<Backend>> BACKENDS =
      Map.of("reference", ReferenceBackend::new, "cpu", () -> new CpuBackend(2, InstructionSet.best()));

  @TestFactory
  Stream<DynamicTest> layersArePyTorchs() throws IOException {
    JsonNode cases = new ObjectMapper().readTree(FOLDER.resolve("layers.json").toFile()).get("cases");
    SequencedMap<String, HostTensor> tensors = Safetensors.read(FOLDER.resolve("layers.safetensors"));
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode c : cases) {
      BACKENDS.forEach((backend, open) -> tests.add(dynamicTest(c.get("name").asText() + " " + backend, () -> check(c, tensors, open))));
    }
    System.out.println("golden layers: " + cases.size() + " cases on " + BACKENDS.size() + " backends");
    return tests.stream();
  }

  private static void check(JsonNode golden, Map<String, HostTensor> tensors, Supplier<Backend> open) {
    String prefix = golden.get("name").asText() + "/";
    HostTensor input = tensors.get(prefix + "input");
    GraphBuilder graph = new GraphBuilder();
    Value x = graph.input("x", new TensorType(input.dtype() == DType.INT64 ? DType.INT64 : DType.FLOAT32, input.shape()));
    Value cotangent = graph.input("cotangent", TensorType.float32(tensors.get(prefix + "cotangent").shape()));
    boolean train = golden.get("train").asBoolean();
    ModelScope model = new ModelScope(graph, train, train ? graph.input("rng", TensorType.int64(2)) : null);
    model.input("x", x);
    Value y = model.apply(TorchModule.layers("- " + TorchModule.yaml(golden)));

    Map<String, Value> differentiated = new LinkedHashMap<>();
    if (x.dtype() == DType.FLOAT32) {
      differentiated.put("grad_input", x);
    }
    model.parameters().forEach((name, p) -> differentiated.put("grad_" + local(name), graph.variable(name, TensorType.float32(p.shape()))));
    List<Value> gradients = Autodiff.gradients(graph, y, cotangent, List.copyOf(differentiated.values()));
    graph.output("output", y);
    List<String> names = List.copyOf(differentiated.keySet());
    for (int i = 0; i < names.size(); i++) {
      graph.output(names.get(i), gradients.get(i));
    }
    assertThat(model.parameters().keySet().stream().map(GoldenLayersTest::local)).containsExactlyElementsOf(strings(golden.get("params")));
    assertThat(model.buffers().keySet().stream().map(GoldenLayersTest::local)).containsExactlyElementsOf(strings(golden.get("buffers")));

    double floor = Math.max(4 * golden.get("torch_f32_err").asDouble(), 8 * EPSILON);
    try (Backend backend = open.get()) {
      Map<String, Buffer> variables = new HashMap<>();
      model.parameters().values().forEach(p -> variables.put(p.name(), backend.allocate(TensorType.float32(p.shape()))));
      model.buffers().values().forEach(b -> variables.put(b.name(), backend.allocate(b.type())));
      variables.forEach((name, buffer) -> buffer.write(tensors.get(prefix + local(name))));
      try (Program program = backend.compile(graph.build(), variables)) {
        program.input("x").write(input);
        program.input("cotangent").write(tensors.get(prefix + "cotangent"));
        program.run();
        compare(prefix + "output", program.output("output"), tensors.get(prefix + "output"), Math.min(LOOSEST, floor));
        for (String name : names) {
          compare(prefix + name, program.output(name), tensors.get(prefix + name), LOOSEST);
        }
        for (String name : model.buffers().keySet()) {
          compare(prefix + name, variables.get(name), tensors.get(prefix + "after_" + local(name)), LOOSEST);
        }
      }
    }
  }

  /// Both sides as doubles; `float32` bounds the distance relative to the norm on backends that compute in float32.
  private static void compare(String what, Buffer actual, HostTensor expected, double float32) {
    assertThat(actual.type().shape()).as(what).isEqualTo(expected.shape());
    boolean reference = actual instanceof ReferenceBuffer && actual.type().dtype() == DType.FLOAT32;
    double[] found = reference ? ((ReferenceBuffer) actual).doubles() : actual.read().toDoubles();
    double distance = 0;
    double norm = 0;
    for (int i = 0; i < found.length; i++) {
      double e = expected.at(i);
      distance += (found[i] - e) * (found[i] - e);
      norm += e * e;
    }
    double bound = actual instanceof ReferenceBuffer ? 1e-9 : float32;
    assertThat(Math.sqrt(distance)).as(what + ": distance from PyTorch's").isLessThanOrEqualTo(bound * Math.sqrt(norm));
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
