package dlt.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.graph.GraphBuilder;
import dlt.op.AvgPool2d;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Gather;
import dlt.op.MaxPool2d;
import dlt.op.Op;
import dlt.op.OpCase;
import dlt.op.OpCases;
import dlt.op.RandomUniform;
import dlt.op.ScatterAdd;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReferenceBackendTest {
  private final ReferenceBackend backend = new ReferenceBackend();

  private double[] compute(Op op, HostTensor... operands) {
    GraphBuilder g = new GraphBuilder();
    List<Value> inputs = new ArrayList<>();
    for (HostTensor t : operands) {
      inputs.add(g.input("x" + inputs.size(), new TensorType(t.dtype() == DType.INT64 ? DType.INT64 : DType.FLOAT32, t.shape())));
    }
    g.output("y", g.emit(op, inputs));
    ReferenceProgram program = backend.compile(g.build(), Map.of());
    for (int i = 0; i < operands.length; i++) {
      program.input("x" + i).write(operands[i]);
    }
    program.run();
    return program.output("y").doubles();
  }

  private static HostTensor counting(int... dims) {
    double[] values = new double[(int) Shape.of(dims).size()];
    Arrays.setAll(values, i -> i + 1);
    return HostTensor.ofDoubles(Shape.of(dims), values);
  }

  private static HostTensor ones(int... dims) {
    double[] values = new double[(int) Shape.of(dims).size()];
    Arrays.fill(values, 1);
    return HostTensor.ofDoubles(Shape.of(dims), values);
  }

  @Test
  void float64GoesInAndOutUnrounded() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(1));
    g.output("y", g.add(x, g.literal(HostTensor.ofDoubles(Shape.of(1), 1e-12))));
    ReferenceProgram program = backend.compile(g.build(), Map.of());
    program.input("x").write(HostTensor.ofDoubles(Shape.of(1), 0.1));
    program.run();
    assertThat(program.output("y").doubles()).containsExactly(0.1 + 1e-12);
    assertThat(program.output("y").read().type()).isEqualTo(TensorType.float32(1));
  }

  @Test
  void variablesThatSwapSwap() {
    GraphBuilder g = new GraphBuilder();
    Value a = g.variable("a", TensorType.float32());
    Value b = g.variable("b", TensorType.float32());
    g.update(a, b);
    g.update(b, a);
    g.output("before", a);
    ReferenceBuffer first = backend.allocate(TensorType.float32());
    ReferenceBuffer second = backend.allocate(TensorType.float32());
    first.write(HostTensor.of(Shape.SCALAR, 1f));
    second.write(HostTensor.of(Shape.SCALAR, 2f));
    ReferenceProgram program = backend.compile(g.build(), Map.of("a", first, "b", second));
    program.run();
    assertThat(first.doubles()).containsExactly(2);
    assertThat(second.doubles()).containsExactly(1);
    assertThat(program.output("before").doubles()).containsExactly(1);
  }

  @Test
  void aVariableThatIsOnlyWrittenIsWritten() {
    GraphBuilder g = new GraphBuilder();
    g.update(g.variable("v", TensorType.float32(2)), g.fill(Shape.of(2), 3));
    ReferenceBuffer v = backend.allocate(TensorType.float32(2));
    backend.compile(g.build(), Map.of("v", v)).run();
    assertThat(v.doubles()).containsExactly(3, 3);
  }

  @Test
  void aVariableWithoutABufferOfItsTypeIsRefused() {
    GraphBuilder g = new GraphBuilder();
    g.output("y", g.variable("v", TensorType.float32(2)));
    assertThatThrownBy(() -> backend.compile(g.build(), Map.of())).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("float32[2]").hasMessageContaining("v");
    assertThatThrownBy(() -> backend.compile(g.build(), Map.of("v", backend.allocate(TensorType.float32(3)))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void randomNumbersArePhilox() {
    double[] y = compute(new RandomUniform(5, Shape.of(9)), HostTensor.of(Shape.of(2), 1L << 40, 77));
    Philox philox = new Philox(1L << 40, Philox.Purpose.GRAPH.stream(5), 77);
    for (int i = 0; i < 9; i++) {
      assertThat(y[i]).isEqualTo(philox.uniform(i));
    }
  }

  @Test
  void convolutionOfOnesCountsThePixelsOfEachWindow() {
    double[] y = compute(new Conv2d(Window.of(1, 1, 1, 1, 1, 1), 1), ones(1, 2, 3, 3), ones(1, 2, 3, 3));
    assertThat(y).containsExactly(8, 12, 8, 12, 18, 12, 8, 12, 8);
  }

  @Test
  void convolutionIsACrossCorrelation() {
    double[] y = compute(new Conv2d(Window.of(1, 1, 0, 0, 1, 1), 1), counting(1, 1, 2, 3), counting(1, 1, 2, 2));
    assertThat(y).containsExactly(1 + 2 * 2 + 3 * 4 + 4 * 5, 2 + 2 * 3 + 3 * 5 + 4 * 6);
  }

  static Stream<OpCase> convolutions() {
    return OpCases.of(Conv2d.class);
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void convolutionsFollowTheirDefinition(OpCase c) {
    Conv2d op = (Conv2d) c.op();
    HostTensor x = c.draw().get(0);
    HostTensor w = c.draw().get(1);
    double[] y = compute(op, x, w);
    int[] size = op.infer(List.of(x.type(), w.type())).shape().toArray();
    for (int i = 0; i < y.length; i++) {
      int n = i / (size[1] * size[2] * size[3]);
      int o = i / (size[2] * size[3]) % size[1];
      double sum = 0;
      for (int j = 0; j < w.size() / size[1]; j++) {
        int kw = j % w.shape().dim(3);
        int kh = j / w.shape().dim(3) % w.shape().dim(2);
        int group = o / (size[1] / op.groups());
        int channel = group * w.shape().dim(1) + j / w.shape().dim(3) / w.shape().dim(2);
        int h = i / size[3] % size[2] * op.window().strideH() - op.window().padTop() + kh * op.window().dilationH();
        int v = i % size[3] * op.window().strideW() - op.window().padLeft() + kw * op.window().dilationW();
        if (h >= 0 && h < x.shape().dim(2) && v >= 0 && v < x.shape().dim(3)) {
          long pixel = ((n * (long) x.shape().dim(1) + channel) * x.shape().dim(2) + h) * x.shape().dim(3) + v;
          sum += x.at(pixel) * w.at(o * (w.size() / size[1]) + j);
        }
      }
      assertThat(y[i]).isCloseTo(sum, within(1e-11));
    }
  }

  @Test
  void transposedConvolutionScattersTheKernel() {
    double[] y = compute(new Conv2dGradInput(Window.of(2, 2, 0, 0, 1, 1), 1, 2, 4), counting(1, 1, 1, 2), counting(1, 1, 2, 2));
    assertThat(y).containsExactly(1, 2, 2, 4, 3, 4, 6, 8);
  }

  @Test
  void paddingNeverWinsAMaximum() {
    double[] y = compute(new MaxPool2d(Window.of(2, 2, 1, 1, 1, 1), 3, 3), HostTensor.ofDoubles(Shape.of(1, 1, 2, 2), -4, -3, -2, -5));
    assertThat(y).containsExactly(-2);
  }

  @Test
  void averagesCountDeclaredPaddingAndNotThatOfCeilMode() {
    Window window = new Window(2, 2, 1, 1, 2, 2, 1, 1);
    // windows of a 4x4 image begin at -1, 1 and 3; the last one has 2 of its 3 rows in the image and its declared padding
    double[] counted = compute(new AvgPool2d(window, 3, 3, true, 1, 1), ones(1, 1, 4, 4));
    assertThat(counted).containsExactly(4 / 9.0, 6 / 9.0, 2 / 6.0, 6 / 9.0, 1, 3 / 6.0, 2 / 6.0, 3 / 6.0, 1 / 4.0);
    double[] uncounted = compute(new AvgPool2d(window, 3, 3, false, 1, 1), ones(1, 1, 4, 4));
    assertThat(uncounted).containsExactly(1, 1, 1, 1, 1, 1, 1, 1, 1);
  }

  @Test
  void indicesOutOfRangeGiveZerosAndReceiveNothing() {
    HostTensor indices = HostTensor.of(Shape.of(4), 2L, -1L, 0L, 3L);
    assertThat(compute(new Gather(0), counting(3), indices)).containsExactly(3, 0, 1, 0);
    assertThat(compute(new ScatterAdd(0, 3), indices, counting(4))).containsExactly(3, 0, 1);
    assertThat(compute(new ScatterAdd(0, 2), HostTensor.of(Shape.of(3), 1L, 1L, 1L), counting(3))).containsExactly(0, 6);
  }
}
