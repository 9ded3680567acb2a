package dlt.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import dlt.error.Failure;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.Pad;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OnnxExportTest {
  private static ModelProto model(String input, String output, Map<String, HostTensor> variables, UnaryGraph f) {
    return OnnxExport.model(graph(OnnxExport.BATCH, input, output, f), graph(OnnxExport.OTHER_BATCH, input, output, f), variables, OnnxExport.OPSET, Map.of());
  }

  private interface UnaryGraph {
    Value of(GraphBuilder g, Value x);
  }

  private static Graph graph(int batch, String input, String output, UnaryGraph f) {
    GraphBuilder g = new GraphBuilder();
    g.output(output, f.of(g, g.input(input, TensorType.float32(batch, 3))));
    return g.build();
  }

  /// Every name is that of one value, whatever people call theirs.
  @Test
  void namesThatWouldBeGivenAreNotTakenTwice() {
    ModelProto model = model("exp_1", "constant_0", Map.of("add_2", HostTensor.of(Shape.of(3), 1f, 2f, 3f)),
        (g, x) -> g.add(g.exp(g.mul(x, 2)), g.variable("add_2", TensorType.float32(3))));
    Stream<String> made = Stream.of(
        model.getGraph().getInputList().stream().map(i -> i.getName()),
        model.getGraph().getInitializerList().stream().map(i -> i.getName()),
        model.getGraph().getNodeList().stream().flatMap(n -> n.getOutputList().stream())).flatMap(UnaryOperator.identity());
    assertThat(made).doesNotHaveDuplicates().contains("exp_1", "constant_0", "add_2");
  }

  @Test
  void literalsOfAnyPrecisionAreThoseOfTheGraph() {
    ModelProto model = model("x", "y", Map.of(), (g, x) -> g.add(x, g.literal(HostTensor.ofDoubles(Shape.of(3), 0.1, 0.2, 0.3))));
    assertThat(OnnxFile.tensor(model.getGraph().getInitializer(0)).type()).isEqualTo(TensorType.float32(3));
  }

  /// What holds for two samples alone is no model.
  @Test
  void aNumberOfTheBatchSizeIsRefusedByTheNameOfItsLayer() {
    Map<String, UnaryGraph> graphs = Map.of(
        "fill of mean", (g, x) -> g.mul(x, 1.0 / x.shape().dim(0)),
        "literal of mean", (g, x) -> g.add(x, g.literal(HostTensor.of(Shape.of(1), (float) x.shape().dim(0)))),
        "pad of mean", (g, x) -> g.emit(new Pad(List.of(0, 0), List.of(0, x.shape().dim(0)), 0), x));
    graphs.forEach((node, f) -> assertThatThrownBy(() -> model("x", "y", Map.of(), (g, x) -> {
      g.origin("mean");
      return f.of(g, x);
    })).isInstanceOf(Failure.class).hasMessage("[onnx] " + node + " depends on the number of samples in a batch, which an ONNX model leaves open; "
        + "the model cannot be exported: replace the layer"));
  }
}
