package dlt.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.Program;
import dlt.backend.cuda.software.SoftwareDriver;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.AvgPool2d;
import dlt.op.AvgPool2dGrad;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.Input;
import dlt.op.MatMul;
import dlt.op.MaxPool2d;
import dlt.op.MaxPool2dGrad;
import dlt.op.Nhwc;
import dlt.op.Op;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What is computed where products, convolutions and pools store their values, or next to them in one kernel, has the bits that kernels
/// of its own would compute.
class FusedKernelsTest {
  private static final Window SAME = Window.of(1, 1, 1, 1, 1, 1);
  private static final Window STRIDED = Window.of(2, 3, 1, 1, 1, 1);

  /// @param channel the dimension of the result that has the channels
  private record Head(Op op, int channel, Shape... inputs) {
    Shape shape() {
      return op.infer(Stream.of(inputs).map(s -> new TensorType(DType.FLOAT32, s)).toList()).shape();
    }

    @Override
    public String toString() {
      return op + " " + List.of(inputs);
    }
  }

  static Stream<Head> heads() {
    AvgPool2d average = new AvgPool2d(Window.of(2, 2, 0, 0, 1, 1), 2, 2, true, 0, 0);
    return Stream.of(new Head(new MatMul(false, true), -1, Shape.of(70, 50), Shape.of(33, 50)),
        new Head(new MatMul(true, true), -1, Shape.of(50, 70), Shape.of(36, 50)),
        new Head(new MatMul(false, false), -1, Shape.of(3, 20, 17), Shape.of(3, 17, 9)),
        new Head(new MatMul(false, false), -1, Shape.of(5, 3000), Shape.of(3000, 7)),
        new Head(new Conv2d(SAME, 1), -3, Shape.of(2, 3, 9, 8), Shape.of(6, 3, 3, 3)),
        new Head(new Conv2d(SAME, 1), -3, Shape.of(1, 200, 3, 3), Shape.of(5, 200, 3, 3)),
        new Head(new Conv2d(SAME, 4), -3, Shape.of(2, 4, 9, 8), Shape.of(8, 1, 3, 3)),
        new Head(new Conv2d(SAME, 2), -3, Shape.of(2, 24, 5, 4), Shape.of(20, 12, 3, 3)),
        new Head(new Nhwc(new Conv2d(STRIDED, 1), List.of(true, false), true), -1, Shape.of(2, 9, 8, 4), Shape.of(6, 4, 3, 3)),
        new Head(new Conv2dGradInput(STRIDED, 1, 9, 8), -3, Shape.of(2, 6, 5, 3), Shape.of(6, 3, 3, 3)),
        new Head(average, -3, Shape.of(2, 3, 8, 6)),
        new Head(new AvgPool2dGrad(average, 8, 6), -3, Shape.of(2, 3, 4, 3)),
        new Head(new MaxPool2d(Window.of(2, 2, 0, 0, 1, 1), 2, 2), -3, Shape.of(2, 3, 8, 6)),
        new Head(new MaxPool2dGrad(Window.of(2, 2, 0, 0, 1, 1), 2, 2), -3, Shape.of(2, 3, 8, 6), Shape.of(2, 3, 4, 3)));
  }

  /// What follows a head, of its value, of a tensor like it and of one with an element a channel.
  private interface End {
    void emit(GraphBuilder g, Value x, Value same, Value channels);
  }

  private static void tanhOfTheBiased(GraphBuilder g, Value x, Value same, Value channels) {
    g.output("y", g.tanh(g.add(x, channels)));
  }

  private static void normalisedWithResidual(GraphBuilder g, Value x, Value same, Value channels) {
    g.output("y", g.relu(g.add(g.mul(g.sub(x, channels), channels), same)));
  }

  private static void gatedAndKept(GraphBuilder g, Value x, Value same, Value channels) {
    Value gate = g.sigmoid(g.add(x, same));
    g.output("x", x);
    g.output("gate", gate);
    g.output("y", g.mul(x, gate));
  }

  @ParameterizedTest
  @MethodSource("heads")
  void groupsAtTheEndAreExact(Head head) {
    List<End> ends = List.of(FusedKernelsTest::tanhOfTheBiased, FusedKernelsTest::normalisedWithResidual, FusedKernelsTest::gatedAndKept);
    int alone = kernels(graph(head, (g, x, same, channels) -> g.output("x", x)));
    Map<String, HostTensor> values = values(head);
    HostTensor x = run(graph(head, (g, y, same, channels) -> g.output("x", y)), values, 1).get("x");
    for (End end : ends) {
      GraphBuilder g = new GraphBuilder();
      end.emit(g, g.input("x", x.type()), g.input("same", x.type()), g.input("channels", values.get("channels").type()));
      Map<String, HostTensor> expected = run(g.build(), with(values, "x", x), 1);
      Graph fused = graph(head, end);
      assertThat(kernels(fused)).as("kernels").isEqualTo(alone);
      for (int seed = 1; seed < 3; seed++) {
        Map<String, HostTensor> actual = run(fused, values, seed);
        expected.forEach((name, e) -> assertThat(actual.get(name).toDoubles()).as(name).isEqualTo(e.toDoubles()));
      }
    }
  }

  private static Graph graph(Head head, End end) {
    GraphBuilder g = new GraphBuilder();
    List<Value> in = new ArrayList<>();
    for (Shape shape : head.inputs) {
      in.add(g.input("in" + in.size(), new TensorType(DType.FLOAT32, shape)));
    }
    Value x = g.emit(head.op, in);
    end.emit(g, x, g.input("same", x.type()), g.input("channels", channels(head)));
    return g.build();
  }

  private static TensorType channels(Head head) {
    int[] dims = new int[-head.channel];
    Arrays.fill(dims, 1);
    dims[0] = head.shape().dim(head.channel);
    return new TensorType(DType.FLOAT32, Shape.of(dims));
  }

  private static Map<String, HostTensor> values(Head head) {
    Map<String, HostTensor> r = new LinkedHashMap<>();
    for (Shape shape : head.inputs) {
      r.put("in" + r.size(), random(r.size(), shape));
    }
    r.put("same", random(7, head.shape()));
    r.put("channels", random(8, channels(head).shape()));
    return r;
  }

  private static Map<String, HostTensor> with(Map<String, HostTensor> values, String name, HostTensor value) {
    Map<String, HostTensor> r = new LinkedHashMap<>(values);
    r.put(name, value);
    return r;
  }

  private static HostTensor random(int stream, Shape shape) {
    Philox random = new Philox(3, stream, 0);
    HostTensor r = HostTensor.allocate(new TensorType(DType.FLOAT32, shape));
    for (long i = 0; i < r.size(); i++) {
      r.set(i, 2 * random.uniform(i) - 1);
    }
    return r;
  }

  /// The gradients of a layer, and what else can be computed meanwhile, in one kernel whatever their threads and memory.
  @Test
  void worksSideBySideAreExact() {
    Map<String, HostTensor> values = new LinkedHashMap<>();
    values.put("x", random(0, Shape.of(40, 100)));
    values.put("dy", random(1, Shape.of(40, 30)));
    values.put("w", random(2, Shape.of(30, 100)));
    values.put("images", random(3, Shape.of(2, 3, 8, 6)));
    List<Part> all = List.of((g, x, dy, w, images) -> g.output("dx", g.emit(new MatMul(false, false), dy, w)),
        (g, x, dy, w, images) -> g.output("dw", g.emit(new MatMul(true, false), dy, x)),
        (g, x, dy, w, images) -> g.output("db", g.sum(dy, List.of(0), false)),
        (g, x, dy, w, images) -> g.output("pooled", g.emit(new MaxPool2d(Window.of(2, 2, 0, 0, 1, 1), 2, 2), images)));
    Graph together = graph(values, all);
    assertThat(kernels(together)).isEqualTo(1);
    Map<String, HostTensor> expected = new LinkedHashMap<>();
    all.forEach(each -> expected.putAll(run(graph(values, List.of(each)), values, 1)));
    for (int seed = 1; seed < 5; seed++) {
      Map<String, HostTensor> actual = run(together, values, seed);
      assertThat(actual).hasSameSizeAs(expected);
      expected.forEach((name, e) -> assertThat(actual.get(name).toDoubles()).as(name).isEqualTo(e.toDoubles()));
    }
  }

  /// The slices of one gradient are added next to the following product, and then read.
  @Test
  void sumsOfSlicesThatWaitAreExact() {
    Map<String, HostTensor> values = new LinkedHashMap<>();
    values.put("x", random(0, Shape.of(8, 3, 40, 40)));
    values.put("dy", random(1, Shape.of(8, 5, 40, 40)));
    values.put("w", random(2, Shape.of(5, 3, 3, 3)));
    values.put("images", random(3, Shape.of(8, 3, 40, 40)));
    Part weights = (g, x, dy, w, images) -> g.output("dw", g.emit(new Conv2dGradWeight(SAME, 1, 3, 3), x, dy));
    Part both = (g, x, dy, w, images) -> {
      Value dw = g.emit(new Conv2dGradWeight(SAME, 1, 3, 3), x, dy);
      Value y = g.emit(new Conv2d(SAME, 1), g.emit(new Conv2dGradInput(SAME, 1, 40, 40), dy, w), w);
      g.output("y", y);
      g.output("dw", dw);
      g.output("next", g.sub(w, g.mul(g.tanh(dw), 0.1)));
    };
    assertThat(kernels(graph(values, List.of(weights)))).as("a product in slices, and their sum").isEqualTo(2);
    assertThat(kernels(graph(values, List.of(both)))).as("two gradients, a convolution and the sum, the next weights").isEqualTo(3);
    HostTensor dw = run(graph(values, List.of(weights)), values, 1).get("dw");
    Map<String, HostTensor> actual = run(graph(values, List.of(both)), values, 2);
    assertThat(actual.get("dw").toDoubles()).isEqualTo(dw.toDoubles());
    GraphBuilder g = new GraphBuilder();
    g.output("next", g.sub(g.input("w", values.get("w").type()), g.mul(g.tanh(g.input("dw", dw.type())), 0.1)));
    assertThat(actual.get("next").toDoubles()).isEqualTo(run(g.build(), with(values, "dw", dw), 1).get("next").toDoubles());
  }

  private interface Part {
    void emit(GraphBuilder g, Value x, Value dy, Value w, Value images);
  }

  private static Graph graph(Map<String, HostTensor> values, List<Part> parts) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", values.get("x").type());
    Value dy = g.input("dy", values.get("dy").type());
    Value w = g.input("w", values.get("w").type());
    Value images = g.input("images", values.get("images").type());
    parts.forEach(p -> p.emit(g, x, dy, w, images));
    return g.build();
  }

  private static int kernels(Graph graph) {
    return CudaBackend.calls(graph, SoftwareDriver.GPU, Precision.FLOAT32).size();
  }

  private static Map<String, HostTensor> run(Graph graph, Map<String, HostTensor> values, int seed) {
    Map<String, HostTensor> r = new LinkedHashMap<>();
    try (CudaBackend backend = new CudaBackend(new SoftwareDriver(SoftwareDriver.GPU, seed), SoftwareDriver.GPU, Precision.FLOAT32);
        Program program = backend.compile(graph, Map.of())) {
      graph.inputs().stream().map(n -> ((Input) n.op()).name()).forEach(name -> program.input(name).write(values.get(name)));
      program.run();
      graph.outputs().keySet().forEach(name -> r.put(name, program.output(name).read()));
    }
    return r;
  }
}
