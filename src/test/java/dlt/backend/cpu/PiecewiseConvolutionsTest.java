package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Input;
import dlt.op.Nhwc;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PiecewiseConvolutionsTest {
  private static final List<Integer> ALL_BUT_CHANNELS = List.of(0, 1, 2);

  /// `channels`: of the source; `c`: of the images or gradients that the convolution makes, of `h` times `w` pixels.
  private record Layer(boolean gradient, int n, int h, int w, int channels, int c, int kernel, int stride, boolean strict) {
    static Layer of(int n, int h, int w, int channels, int c, int kernel, int stride, boolean strict) {
      return new Layer(false, n, h, w, channels, c, kernel, stride, strict);
    }

    Layer backwards() {
      return new Layer(true, n, h, w, channels, c, kernel, stride, strict);
    }

    private int source(int results) {
      return gradient ? (results - 1) / stride + 1 : results * stride;
    }

    TensorType images() {
      return TensorType.float32(n, h, w, c);
    }

    Value emit(GraphBuilder g) {
      return emit(g, g.input("x", TensorType.float32(n, source(h), source(w), channels)));
    }

    Value emit(GraphBuilder g, Value x) {
      Value weights = g.input("weights", gradient ? TensorType.float32(channels, c, kernel, kernel) : TensorType.float32(c, channels, kernel, kernel));
      int pad = kernel / 2;
      Window window = Window.of(stride, stride, pad, pad, 1, 1);
      return g.emit(new Nhwc(gradient ? new Conv2dGradInput(window, 1, h, w) : new Conv2d(window, 1), List.of(true, false), true), List.of(x, weights));
    }
  }

  /// Bands of whole and of some channels; blocks of tiles that are rows, parts of rows, images, and such in some channels.
  static Stream<Arguments> layers() {
    List<Layer> forwards = List.of(Layer.of(2, 20, 17, 16, 32, 3, 1, true), Layer.of(3, 40, 50, 32, 48, 3, 1, true), Layer.of(2, 9, 8, 256, 250, 3, 1, true),
        Layer.of(5, 14, 14, 40, 64, 1, 2, false), Layer.of(2, 28, 28, 64, 128, 3, 2, false), Layer.of(3, 21, 22, 48, 33, 5, 1, false),
        Layer.of(4, 56, 56, 64, 64, 3, 1, false), Layer.of(4, 30, 29, 64, 48, 3, 1, false), Layer.of(4, 64, 70, 32, 32, 3, 1, false),
        Layer.of(5, 14, 14, 256, 260, 3, 1, false), Layer.of(9, 7, 7, 200, 130, 3, 1, false), Layer.of(2, 5, 300, 200, 160, 3, 1, false));
    return forwards.stream().flatMap(l -> Stream.of(l, l.backwards()))
        .flatMap(l -> KernelBench.sets().stream().filter(s -> s != InstructionSet.JAVA).map(s -> Arguments.of(l, s)));
  }

  private static HostTensor values(TensorType type, int seed) {
    HostTensor t = HostTensor.allocate(type);
    Philox random = new Philox(3, seed, 0);
    for (long i = 0; i < t.size(); i++) {
      t.set(i, random.uniform(i) - 0.4);
    }
    return t;
  }

  /// The outputs, which are the same for any number of threads and in each run.
  private static Map<String, float[]> outputs(Graph graph, Layer layer, InstructionSet set, boolean joined) {
    Map<String, float[]> first = new LinkedHashMap<>();
    for (int threads = 1; threads <= 3; threads++) {
      try (Backend backend = new CpuBackend(new Workers(threads, true), set, layer.strict); Program program = backend.compile(graph, Map.of())) {
        graph.inputs().forEach(n -> program.input(((Input) n.op()).name()).write(values(n.type(), n.id())));
        assertThat(program.calls().stream().anyMatch(c -> c.kernel().contains(" then "))).isEqualTo(joined);
        for (int run = 0; run < 2; run++) {
          program.run();
          for (String name : graph.outputs().keySet()) {
            float[] found = program.output(name).read().toFloats();
            assertThat(found).as("%s with %d threads", name, threads).isEqualTo(first.computeIfAbsent(name, _ -> found));
          }
        }
      }
    }
    return first;
  }

  /// What the convolution gives by itself.
  private static float[] alone(Layer layer, InstructionSet set) {
    GraphBuilder g = new GraphBuilder();
    g.output("y", layer.emit(g));
    return outputs(g.build(), layer, set, false).get("y");
  }

  @ParameterizedTest
  @MethodSource("layers")
  void statisticsOfResultsAreGatheredPieceByPiece(Layer layer, InstructionSet set) {
    float[] y = alone(layer, set);
    for (boolean biased : new boolean[] {false, true}) {
      GraphBuilder g = new GraphBuilder();
      Value result = layer.emit(g);
      Value data = biased ? g.add(result, g.input("bias", TensorType.float32(layer.c))) : result;
      Value mean = g.mean(data, ALL_BUT_CHANNELS, true);
      g.output("mean", mean);
      g.output("squares", g.sum(g.square(g.sub(data, g.detach(mean))), ALL_BUT_CHANNELS, true));
      g.output("y", result);
      Graph graph = g.build();
      Map<String, float[]> found = outputs(graph, layer, set, true);
      HostTensor bias = biased ? values(graph.inputs().getLast().type(), graph.inputs().getLast().id()) : HostTensor.allocate(TensorType.float32(layer.c));
      assertThat(found.get("y")).isEqualTo(y);
      double[] sums = new double[layer.c];
      double[] sizes = new double[layer.c];
      for (int i = 0; i < y.length; i++) {
        sums[i % layer.c] += y[i] + bias.at(i % layer.c);
        sizes[i % layer.c] += Math.abs(y[i]);
      }
      int rows = y.length / layer.c;
      double[] squares = new double[layer.c];
      for (int i = 0; i < y.length; i++) {
        squares[i % layer.c] += Math.pow(y[i] + bias.at(i % layer.c) - sums[i % layer.c] / rows, 2);
      }
      for (int c = 0; c < layer.c; c++) {
        assertThat((double) found.get("mean")[c]).isCloseTo(sums[c] / rows, within(3e-6 * sizes[c] / rows));
        assertThat((double) found.get("squares")[c]).isCloseTo(squares[c], within(1e-5 * squares[c]));
      }
    }
  }

  /// Pieces of thousands of pixels, as results of few channels have.
  static Stream<Arguments> fewChannels() {
    return Stream.of(Layer.of(2, 128, 128, 16, 16, 3, 1, true), Layer.of(2, 128, 128, 16, 16, 3, 1, false), Layer.of(2, 96, 160, 17, 32, 1, 1, true))
        .flatMap(l -> KernelBench.sets().stream().filter(s -> s != InstructionSet.JAVA).map(s -> Arguments.of(l, s)));
  }

  @ParameterizedTest
  @MethodSource("fewChannels")
  void accumulatorsGetSoFewValuesThatLargePiecesAreAsExactAsSmallOnes(Layer layer, InstructionSet set) {
    float[] y = alone(layer, set);
    for (float mean : new float[] {0, 1000}) {
      GraphBuilder g = new GraphBuilder();
      Value data = g.add(layer.emit(g), mean);
      Value centre = g.mean(data, ALL_BUT_CHANNELS, true);
      g.output("mean", centre);
      g.output("squares", g.sum(g.square(g.sub(data, g.detach(centre))), ALL_BUT_CHANNELS, true));
      Map<String, float[]> found = outputs(g.build(), layer, set, true);
      double[] sums = new double[layer.c];
      double[] sizes = new double[layer.c];
      for (int i = 0; i < y.length; i++) {
        sums[i % layer.c] += y[i] + mean;
        sizes[i % layer.c] += Math.abs(y[i] + mean);
      }
      int rows = y.length / layer.c;
      double[] squares = new double[layer.c];
      for (int i = 0; i < y.length; i++) {
        squares[i % layer.c] += Math.pow((y[i] + mean) - (double) found.get("mean")[i % layer.c], 2);
      }
      for (int c = 0; c < layer.c; c++) {
        assertThat((double) found.get("mean")[c]).isCloseTo(sums[c] / rows, within(2e-7 * sizes[c] / rows));
        assertThat((double) found.get("squares")[c]).isCloseTo(squares[c], within(2.5e-7 * squares[c]));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("layers")
  void groupsThatReduceAreDoneWithEachPiece(Layer layer, InstructionSet set) {
    float[] y = alone(layer, set);
    for (boolean kept : new boolean[] {false, true}) {
      GraphBuilder g = new GraphBuilder();
      Value result = layer.emit(g);
      Value other = g.input("other", layer.images());
      Value masked = g.where(g.lessEqual(other, g.fill(layer.images().shape(), 0)), g.fill(layer.images().shape(), 0), result);
      g.output("sum", g.sum(masked, ALL_BUT_CHANNELS, true));
      g.output("products", g.sum(g.mul(masked, other), ALL_BUT_CHANNELS, true));
      if (kept) {
        g.output("masked", masked);
      }
      Graph graph = g.build();
      Map<String, float[]> found = outputs(graph, layer, set, true);
      HostTensor o = values(layer.images(), graph.inputs().getLast().id());
      double[] sums = new double[layer.c];
      double[] products = new double[layer.c];
      double[] sizes = new double[layer.c];
      for (int i = 0; i < y.length; i++) {
        float expected = o.at(i) <= 0 ? 0 : y[i];
        if (kept) {
          assertThat(found.get("masked")[i]).isEqualTo(expected);
        }
        sums[i % layer.c] += expected;
        products[i % layer.c] += expected * o.at(i);
        sizes[i % layer.c] += Math.abs(expected);
      }
      for (int c = 0; c < layer.c; c++) {
        assertThat((double) found.get("sum")[c]).isCloseTo(sums[c], within(3e-6 * sizes[c]));
        assertThat((double) found.get("products")[c]).isCloseTo(products[c], within(3e-6 * sizes[c]));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("layers")
  void resultsThatNobodyElseReadsAreReplaced(Layer layer, InstructionSet set) {
    float[] y = alone(layer, set);
    GraphBuilder g = new GraphBuilder();
    Value result = layer.emit(g);
    Value scale = g.input("scale", TensorType.float32(layer.c));
    g.output("out", g.add(g.mul(result, scale), g.input("other", layer.images())));
    Graph graph = g.build();
    float[] out = outputs(graph, layer, set, true).get("out");
    HostTensor s = values(TensorType.float32(layer.c), graph.inputs().get(2).id());
    HostTensor o = values(layer.images(), graph.inputs().get(3).id());
    for (int i = 0; i < y.length; i++) {
      double expected = y[i] * s.at(i % layer.c) + o.at(i);
      assertThat((double) out[i]).isCloseTo(expected, within(1e-6 * (Math.abs(y[i]) + 2)));
    }
  }

  /// Of what the convolution still reads nothing is overwritten.
  @ParameterizedTest
  @MethodSource("layers")
  void whatTheConvolutionReadsKeepsItsPlace(Layer layer, InstructionSet set) {
    if (layer.stride > 1) {
      return;
    }
    Layer square = new Layer(layer.gradient, layer.n, layer.h, layer.w, layer.c, layer.c, layer.kernel, 1, layer.strict);
    GraphBuilder g = new GraphBuilder();
    Value source = source(g, square);
    Value y = square.emit(g, source);
    g.output("out", g.add(y, source));
    g.output("y", y);
    float[] out = outputs(g.build(), square, set, true).get("out");
    GraphBuilder kept = new GraphBuilder();
    Value same = source(kept, square);
    kept.output("y", square.emit(kept, same));
    kept.output("source", same);
    Map<String, float[]> expected = outputs(kept.build(), square, set, false);
    for (int i = 0; i < out.length; i++) {
      assertThat(out[i]).isEqualTo(expected.get("y")[i] + expected.get("source")[i]);
    }
  }

  /// Images that are computed, by pixels.
  private static Value source(GraphBuilder g, Layer layer) {
    Value x = g.input("source", layer.images());
    Value weights = g.input("first", TensorType.float32(layer.c, layer.c, 1, 1));
    return g.emit(new Nhwc(new Conv2d(Window.of(1, 1, 0, 0, 1, 1), 1), List.of(true, false), true), List.of(x, weights));
  }
}
