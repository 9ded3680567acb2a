package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.Op;
import dlt.op.OpCase;
import dlt.op.OpCaseRunner;
import dlt.op.Window;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
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
    for (int c : new int[] {1, 2, 3, 7, 8, 9, 15, 16, 17, 23, 33}) {
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
    // images smaller than the stride: some weights meet no pixel
    layers.add(new Layer(2, 3, 1, 4, 3, 3, 3, Window.of(2, 2, 1, 1, 1, 1), 1));
    layers.add(new Layer(17, 2, 2, 1, 3, 4, 5, Window.of(3, 4, 2, 2, 1, 1), 1));
    // several bands of rows an image; weights that the cache does not hold
    layers.add(layer(1, 36, 34, 60, 70, 3, 1, 1));
    layers.add(layer(2, 33, 40, 40, 66, 3, 2, 1));
    layers.add(layer(3, 130, 6, 6, 130, 3, 1, 1));
    // channels in blocks, single pixels some way apart, gradients without pixels
    layers.add(layer(3, 33, 9, 10, 240, 3, 2, 1));
    layers.add(layer(2, 20, 7, 9, 40, 5, 1, 2));
    layers.add(layer(1, 18, 50, 60, 60, 3, 1, 1));
    // gradients by the weights of several panels or one in bands of rows, which groups share unevenly; so many outputs that gradients are copied
    layers.add(layer(3, 40, 40, 40, 64, 1, 1, 0));
    layers.add(layer(3, 36, 40, 40, 64, 3, 2, 1));
    layers.add(layer(3, 24, 14, 14, 1024, 1, 1, 0));
    // gradients by so many weights that they go past the caches, in whole lines and not, in parts of some source channels
    layers.add(layer(2, 128, 4, 3, 256, 3, 2, 1));
    layers.add(layer(1, 130, 3, 3, 250, 3, 1, 1));
    layers.add(layer(2, 512, 3, 3, 520, 1, 2, 0));
    // a part goes through its images in several turns
    layers.add(layer(14, 15, 20, 20, 500, 1, 1, 0));
    layers.add(layer(2, 20, 8, 9, 40, 1, 2, 0));
    layers.add(layer(1, 47, 6, 9, 35, 1, 3, 0));
    layers.add(new Layer(2, 18, 6, 8, 34, 1, 3, Window.of(2, 2, 0, 1, 1, 2), 1));
    // of the benchmarks
    layers.add(layer(19, 1, 28, 28, 8, 3, 1, 0));
    layers.add(layer(17, 1, 28, 28, 6, 5, 1, 2));
    layers.add(layer(18, 6, 14, 14, 16, 5, 1, 0));
    layers.add(layer(3, 1, 8, 8, 16, 3, 1, 1));
    layers.add(layer(33, 16, 4, 4, 32, 3, 1, 1));
    return layers.stream();
  }

  static Layer layer(int n, int c, int size, int width, int o, int kernel, int stride, int padding) {
    return new Layer(n, c, size, width, o, kernel, kernel, Window.of(stride, stride, padding, padding, 1, 1), 1);
  }

  static Stream<InstructionSet> sets() {
    return Arrays.stream(InstructionSet.values()).filter(InstructionSet::supported);
  }

  @ParameterizedTest
  @MethodSource("sets")
  void allPassesMatchTheReference(InstructionSet set) {
    // strict: the bounds are for sums as they are defined
    try (CpuBackend backend = new CpuBackend(2, set, true)) {
      // whole programs; the shapes one by one are tested below
      List<Layer> layers = layers().toList();
      IntStream.range(0, layers.size()).filter(i -> i % 9 == 0).mapToObj(layers::get).flatMap(l -> l.passes().stream()).forEach(c -> OpCaseRunner.assertMatchesReference(backend, c));
    }
  }

  /// Which path is taken depends on the shape; here each takes every shape.
  @ParameterizedTest
  @MethodSource("sets")
  void allPathsMatchTheDefinition(InstructionSet set) {
    try (Workers workers = new Workers(2); CodeMemory code = new CodeMemory(); Arena arena = Arena.ofShared()) {
      Target target = new Target(set, workers, code, arena);
      layers().forEach(layer -> {
        ConvGeometry g = ConvGeometry.of(layer.window, layer.groups, layer.images(), layer.weights(), layer.results());
        MemorySegment x = random(arena, layer.images(), 1);
        MemorySegment w = random(arena, layer.weights(), 2);
        MemorySegment y = random(arena, layer.results(), 3);
        Definition d = Definition.of(g, x, w, y);
        Guarded results = new Guarded(arena, y.byteSize());
        Guarded images = new Guarded(arena, x.byteSize());
        Guarded weights = new Guarded(arena, w.byteSize());
        check(layer, Conv2dKernel.twin(target, g, x, w, Optional.empty(), results.data), results, d.forward);
        check(layer, Conv2dGradInputKernel.twin(target, g, y, w, images.data), images, d.gradInput);
        check(layer, Conv2dGradWeightKernel.twin(target, g, x, y, weights.data), weights, d.gradWeight);
        if (target.emits()) {
          check(layer, LaneConvPass.forward(g).compile(target, g.n(), x, w, Optional.empty(), results.data), results, d.forward);
          check(layer, LaneConvPass.gradInput(g).compile(target, g.n(), y, w, Optional.empty(), images.data), images, d.gradInput);
          check(layer, new LaneConvGradWeightPass(g).compile(target, x, y, weights.data), weights, d.gradWeight);
        }
        if (target.emits() && PlaneConvPass.fits(target, g, false)) {
          check(layer, PlaneConvPass.forward(g).compile(target, g.n(), x, w, Optional.empty(), results.data), results, d.forward);
          check(layer, new PlaneGradWeightPass(g).compile(target, x, y, weights.data, Optional.empty()), weights, d.gradWeight);
        }
        if (target.emits() && PlaneConvPass.fits(target, g, true)) {
          check(layer, PlaneConvPass.gradInput(g).compile(target, g.n(), y, w, Optional.empty(), images.data), images, d.gradInput);
        }
        if (target.emits() && g.groups() == 1) {
          for (boolean from : new boolean[] {false, true}) {
            Operand xs = operand(layer.images(), x, from);
            Operand ys = operand(layer.results(), y, from);
            check(layer, new ChannelsLastGradWeightPass(g).compile(target, xs, ys, weights.data), weights, d.gradWeight);
            for (boolean to : new boolean[] {false, true}) {
              Operand result = new Operand(TensorType.float32(layer.results()), results.data, to);
              Operand image = new Operand(TensorType.float32(layer.images()), images.data, to);
              check(layer, ChannelsLastConvPass.forward(g).compile(target, xs, w, Optional.empty(), result), results,
                  to ? channelsLast(layer.results(), d.forward) : d.forward);
              check(layer, ChannelsLastConvPass.gradInput(g).compile(target, ys, w, Optional.empty(), image), images,
                  to ? channelsLast(layer.images(), d.gradInput) : d.gradInput);
            }
          }
        }
      });
    }
  }

  /// `planes`, an image tensor, or the same channels-last.
  static Operand operand(Shape shape, MemorySegment planes, boolean channelsLast) {
    if (!channelsLast) {
      return new Operand(TensorType.float32(shape), planes);
    }
    double[] values = new double[(int) shape.size()];
    Arrays.setAll(values, i -> planes.getAtIndex(JAVA_FLOAT, i));
    MemorySegment moved = Arena.ofAuto().allocate(planes.byteSize(), 64);
    double[] last = channelsLast(shape, values);
    for (int i = 0; i < last.length; i++) {
      moved.setAtIndex(JAVA_FLOAT, i, (float) last[i]);
    }
    return new Operand(TensorType.float32(shape), moved, true);
  }

  /// Images [N, C, H, W] as [N, H, W, C].
  static double[] channelsLast(Shape shape, double[] planes) {
    int c = shape.dim(1);
    int pixels = shape.dim(2) * shape.dim(3);
    double[] r = new double[planes.length];
    Arrays.setAll(r, i -> planes[(i / (c * pixels) * c + i % c) * pixels + i / c % pixels]);
    return r;
  }

  /// Memory between bytes that nobody is to write.
  static final class Guarded {
    private static final long GUARD = 4096;
    final MemorySegment all;
    final MemorySegment data;

    Guarded(Arena arena, long bytes) {
      all = arena.allocate(bytes + 2 * GUARD, 64);
      data = all.asSlice(GUARD, bytes);
    }

    void fill() {
      all.fill((byte) -1);
    }

    boolean intact() {
      MemorySegment guard = MemorySegment.ofArray(new byte[(int) GUARD]).fill((byte) -1);
      return all.asSlice(0, GUARD).mismatch(guard) < 0 && all.asSlice(GUARD + data.byteSize(), GUARD).mismatch(guard) < 0;
    }
  }

  /// Runs twice over results that are NaN before, and compares.
  static void check(Layer layer, Step step, Guarded guarded, double[] expected) {
    MemorySegment results = guarded.data;
    for (int run = 0; run < 2; run++) {
      guarded.fill();
      step.run();
      assertThat(guarded.intact()).as("%s writes its results alone", layer).isTrue();
      for (int i = 0; i < expected.length; i++) {
        float actual = results.getAtIndex(JAVA_FLOAT, i);
        if (!(Math.abs(actual - expected[i]) <= 1e-4)) {
          fail("%s: element %d is %s, expected %s", layer, i, actual, expected[i]);
        }
      }
    }
  }

  static MemorySegment random(Arena arena, Shape shape, int seed) {
    MemorySegment s = arena.allocate(4 * shape.size(), 64);
    Random random = new Random(seed);
    for (long i = 0; i < shape.size(); i++) {
      s.setAtIndex(JAVA_FLOAT, i, random.nextFloat() - 0.5f);
    }
    return s;
  }

  /// The sums that the passes are, `y` being the result's gradient.
  record Definition(double[] forward, double[] gradInput, double[] gradWeight) {
    static Definition of(ConvGeometry g, MemorySegment x, MemorySegment w, MemorySegment y) {
      Definition d = new Definition(new double[(int) (y.byteSize() / 4)], new double[(int) (x.byteSize() / 4)], new double[(int) (w.byteSize() / 4)]);
      for (int i = 0; i < d.forward.length; i++) {
        int ox = i % g.ow();
        int oy = i / g.ow() % g.oh();
        int o = i / (g.ow() * g.oh()) % g.o();
        int n = i / (g.ow() * g.oh() * g.o());
        for (int j = 0; j < g.groupC() * g.kh() * g.kw(); j++) {
          int kx = j % g.kw();
          int ky = j / g.kw() % g.kh();
          int c = o / g.groupO() * g.groupC() + j / (g.kw() * g.kh());
          if (g.rows().inside(oy, ky) && g.columns().inside(ox, kx)) {
            int image = ((n * g.c() + c) * g.h() + g.rows().pixel(oy, ky)) * g.w() + g.columns().pixel(ox, kx);
            int weight = o * g.groupC() * g.kh() * g.kw() + j;
            d.forward[i] += (double) x.getAtIndex(JAVA_FLOAT, image) * w.getAtIndex(JAVA_FLOAT, weight);
            d.gradInput[image] += (double) y.getAtIndex(JAVA_FLOAT, i) * w.getAtIndex(JAVA_FLOAT, weight);
            d.gradWeight[weight] += (double) y.getAtIndex(JAVA_FLOAT, i) * x.getAtIndex(JAVA_FLOAT, image);
          }
        }
      }
      return d;
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void theBitsDoNotDependOnTheNumberOfThreads(InstructionSet set) {
    for (Layer layer : List.of(layer(70, 3, 9, 10, 17, 3, 1, 1), layer(5, 33, 12, 12, 35, 3, 2, 1), layer(3, 36, 40, 40, 64, 3, 2, 1))) {
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
