package dlt.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dlt.backend.Buffer;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceProgram;
import dlt.golden.GoldenBackend;
import dlt.golden.GoldenCases;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.infer.OnnxModel;
import dlt.onnx.OnnxExport;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every layer of the golden cases as ONNX: ONNX Runtime gives the reference backend's outputs, for a batch of any size.
class LayerExportTest {
  private record Built(Graph graph, ModelScope model) {}

  @TempDir
  private Path folder;

  @TestFactory
  Stream<DynamicTest> everyLayerExports() {
    List<GoldenCases.Case> cases = GoldenCases.read("layers").cases();
    return cases.stream().map(c -> dynamicTest(c.name(), () -> check(c)));
  }

  private void check(GoldenCases.Case c) throws IOException {
    List<Placed> layers = TorchModule.layers("- " + TorchModule.yaml(c.json()));
    TensorType golden = c.tensor("input").type();
    Map<String, HostTensor> values = new HashMap<>();
    Built two = build(layers, golden, OnnxExport.BATCH);
    two.model.parameters().keySet().forEach(name -> values.put(name, c.tensor(name.substring(2))));
    two.model.buffers().keySet().forEach(name -> values.put(name, c.tensor(name.substring(2))));
    Path file = folder.resolve(c.name() + ".onnx");
    Graph three = build(layers, golden, OnnxExport.OTHER_BATCH).graph;
    Files.write(file, OnnxExport.model(two.graph, three, values, OnnxExport.OPSET, Map.of()).toByteArray());
    try (OnnxModel onnx = OnnxModel.open(file, 1)) {
      for (int batch : new int[] {1, 5}) {
        HostTensor input = input(c, batch);
        double[] expected = reference(build(layers, golden, batch), values, input);
        HostTensor actual = onnx.run(Map.of("input", input)).get("output");
        GoldenBackend.assertClose("batch of " + batch, expected, actual, 1e-5);
        assertThat(actual.shape().dim(0)).isEqualTo(batch);
      }
    }
  }

  private static Built build(List<Placed> layers, TensorType golden, int batch) {
    GraphBuilder g = new GraphBuilder();
    ModelScope model = new ModelScope(g, false, null);
    model.input("input", g.input("input", new TensorType(golden.dtype(), golden.shape().with(0, batch))));
    g.output("output", model.apply(layers));
    return new Built(g.build(), model);
  }

  private static double[] reference(Built built, Map<String, HostTensor> values, HostTensor input) {
    ReferenceBackend backend = new ReferenceBackend();
    Map<String, Buffer> variables = new HashMap<>();
    values.forEach((name, value) -> {
      Buffer buffer = backend.allocate(value.type());
      buffer.write(value);
      variables.put(name, buffer);
    });
    ReferenceProgram program = backend.compile(built.graph, variables);
    program.input("input").write(input);
    program.run();
    return program.output("output").doubles();
  }

  /// Random numbers, or the first indices of the case again and again.
  private static HostTensor input(GoldenCases.Case c, int batch) {
    HostTensor golden = c.tensor("input");
    Shape shape = golden.shape().with(0, batch);
    HostTensor r = HostTensor.allocate(new TensorType(golden.dtype(), shape));
    Philox random = new Philox(1, Philox.Purpose.SYNTHETIC.stream(0), 0);
    for (long i = 0; i < r.size(); i++) {
      if (golden.dtype() == DType.INT64) {
        r.setLong(i, golden.longAt(i % golden.size()));
      } else {
        r.set(i, random.normal(i));
      }
    }
    return r;
  }
}
