package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.Op;
import dlt.op.OpCase;
import dlt.op.OpCaseRunner;
import dlt.op.Window;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvolutionTest {
  /// A convolution of `n` images.
  record Layer(int n, int c, int h, int w, int o, int kh, int kw, Window window, int groups) {
    Shape images() {
      return Shape.of(n, c, h, w);
    }

    Shape weights() {
      return Shape.of(o, c / groups, kh, kw);
    }

    Shape results() {
      return Shape.of(n, o, window.outHeight(h, kh), window.outWidth(w, kw));
    }

    List<OpCase> passes() {
      return List.of(
          passOf(new Conv2d(window, groups), images(), weights()),
          passOf(new Conv2dGradInput(window, groups, h, w), results(), weights()),
          passOf(new Conv2dGradWeight(window, groups, kh, kw), images(), results()));
    }
  }

  private static OpCase passOf(Op op, Shape... operands) {
    return new OpCase(op, Arrays.stream(operands)
        .map(s -> new OpCase.Operand(TensorType.float32(s), (random, i) -> 4 * random.uniform(i) - 2)).toList(), true);
  }

  static Stream<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    for (int c : new int[] {1, 2, 3, 7, 15, 16, 17, 33}) {
      layers.add(layer(2, c, 5, 6, 3, 3, 1, 1));
      layers.add(layer(17, 3, 4, 5, c, 3, 1, 1));
      layers.add(layer(3, c, 4, 4, c, 1, 1, 0));
      layers.add(new Layer(2, c, 5, 5, c, 3, 3, Window.of(1, 1, 1, 1, 1, 1), c));
    }
    for (int w = 1; w <= 40; w++) {
      layers.add(layer(2, 2, 3, w, 9, 3, 1, 1));
    }
    for (int n : new int[] {1, 2, 7, 8, 9, 15, 16, 17, 33, 128}) {
      layers.add(layer(n, 2, 5, 5, 8, 3, 1, 0));
      layers.add(layer(n, 1, 7, 3, 2, 2, 2, 1));
    }
    for (int stride = 1; stride <= 3; stride++) {
      for (int dilation = 1; dilation <= 3; dilation++) {
        layers.add(new Layer(3, 2, 9, 11, 5, 3, 3, Window.of(stride, stride, 1, 2, dilation, dilation), 1));
        layers.add(new Layer(18, 4, 10, 9, 6, 2, 3, Window.of(stride, 1, 0, 1, dilation, 1), 2));
        layers.add(new Layer(18, 3, 8, 9, 6, 3, 2, Window.of(1, stride, 2, 1, 1, dilation), 3));
      }
    }
    // one-sided padding, more padding than kernel, kernels as large as the image
    layers.add(new Layer(5, 3, 6, 7, 4, 3, 3, new Window(2, 2, 0, 1, 1, 0, 1, 1), 1));
    layers.add(new Layer(5, 3, 6, 7, 4, 2, 2, new Window(1, 1, 3, 0, 0, 4, 1, 1), 1));
    layers.add(new Layer(4, 2, 2, 2, 3, 3, 3, Window.of(2, 2, 3, 3, 1, 1), 1));
    layers.add(new Layer(17, 5, 6, 5, 3, 6, 5, Window.of(1, 1, 0, 0, 1, 1), 1));
    layers.add(layer(2, 3, 20, 20, 8, 7, 2, 3));
    layers.add(layer(1, 1, 12, 40, 1, 11, 4, 2));
    layers.add(layer(2, 4, 6, 6, 4, 1, 2, 0));
    // of the benchmarks
    layers.add(layer(19, 1, 28, 28, 8, 3, 1, 0));
    layers.add(layer(17, 1, 28, 28, 6, 5, 1, 2));
    layers.add(layer(18, 6, 14, 14, 16, 5, 1, 0));
    layers.add(layer(3, 1, 8, 8, 16, 3, 1, 1));
    layers.add(layer(33, 16, 4, 4, 32, 3, 1, 1));
    return layers.stream();
  }

  private static Layer layer(int n, int c, int size, int width, int o, int kernel, int stride, int padding) {
    return new Layer(n, c, size, width, o, kernel, kernel, Window.of(stride, stride, padding, padding, 1, 1), 1);
  }

  static Stream<InstructionSet> sets() {
    return Arrays.stream(InstructionSet.values()).filter(InstructionSet::supported);
  }

  @ParameterizedTest
  @MethodSource("sets")
  void allPassesMatchTheReference(InstructionSet set) {
    try (CpuBackend backend = new CpuBackend(2, set)) {
      layers().flatMap(l -> l.passes().stream()).forEach(c -> OpCaseRunner.assertMatchesReference(backend, c));
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void theBitsDoNotDependOnTheNumberOfThreads(InstructionSet set) {
    for (Layer layer : List.of(layer(70, 3, 9, 10, 17, 3, 1, 1), layer(5, 33, 12, 12, 35, 3, 2, 1))) {
      for (OpCase pass : layer.passes()) {
        float[] one = null;
        for (int threads = 1; threads <= 3; threads++) {
          try (CpuBackend backend = new CpuBackend(threads, set)) {
            float[] bits = OpCaseRunner.run(backend, pass).toFloats();
            one = one == null ? bits : one;
            assertThat(bits).as("%s, %d threads", pass, threads).isEqualTo(one);
          }
        }
      }
    }
  }
}
