package dlt.backend.cpu;

import static dlt.backend.cpu.ConvolutionTest.channelsLast;
import static dlt.backend.cpu.ConvolutionTest.check;
import static dlt.backend.cpu.ConvolutionTest.operand;
import static dlt.backend.cpu.ConvolutionTest.random;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.cpu.ConvolutionTest.Definition;
import dlt.backend.cpu.ConvolutionTest.Guarded;
import dlt.backend.cpu.ConvolutionTest.Layer;
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
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WinogradTest {
  static Stream<InstructionSet> sets() {
    return Stream.of(InstructionSet.AVX512, InstructionSet.AVX2).filter(InstructionSet::supported);
  }

  private static Layer layer(int n, int c, int h, int w, int o, int padding) {
    return new Layer(n, c, h, w, o, 3, 3, Window.of(1, 1, padding, padding, 1, 1), 1);
  }

  static List<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    for (int padding = 0; padding <= 2; padding++) {
      for (int size = 3; size <= 10; size++) {
        layers.add(layer(1, 3, size, 13 - size, 5, padding));
      }
    }
    for (int c : new int[] {1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 64}) {
      layers.add(layer(2, c, 6, 5, 4, 1));
      layers.add(layer(1, 3, 5, 7, c, 1));
      layers.add(layer(1, c, 4, 4, c, 1));
    }
    layers.add(layer(1, 2, 1, 1, 3, 1));
    layers.add(layer(3, 5, 2, 9, 6, 2));
    // no padding on one side, another on the other
    layers.add(new Layer(2, 4, 7, 6, 5, 3, 3, new Window(1, 1, 0, 2, 1, 0, 1, 1), 1));
    // several blocks of tiles, of which the last one is smaller; planes of many panels
    layers.add(layer(3, 6, 27, 22, 10, 1));
    layers.add(layer(2, 20, 30, 30, 70, 1));
    layers.add(layer(9, 33, 12, 10, 37, 1));
    layers.add(layer(20, 15, 5, 6, 9, 2));
    layers.add(layer(5, 300, 7, 7, 40, 1));
    // windows that are kept for the next panels' weights; windows before the products, in several blocks, and more than there are at a time
    layers.add(layer(2, 200, 7, 9, 130, 1));
    layers.add(layer(33, 130, 6, 6, 140, 1));
    layers.add(layer(29, 310, 14, 14, 8, 1));
    // blocks of some images, of whose sides one has tiles of both kinds, or both have, and which the last block has fewer of
    layers.add(layer(9, 20, 14, 8, 35, 1));
    layers.add(layer(9, 20, 8, 14, 35, 1));
    layers.add(layer(7, 40, 7, 10, 40, 1));
    return layers;
  }

  @ParameterizedTest
  @MethodSource("sets")
  void allPassesMatchTheDefinition(InstructionSet set) {
    try (Workers workers = new Workers(2); CodeMemory code = new CodeMemory(); Arena arena = Arena.ofShared()) {
      Target target = new Target(set, workers, code, arena);
      for (Layer layer : layers()) {
        ConvGeometry g = ConvGeometry.of(layer.window(), 1, layer.images(), layer.weights(), layer.results());
        assertThat(WinogradConvPass.fits(g)).isTrue();
        MemorySegment x = random(arena, layer.images(), 1);
        MemorySegment w = random(arena, layer.weights(), 2);
        MemorySegment y = random(arena, layer.results(), 3);
        MemorySegment b = random(arena, Shape.of(layer.o()), 4);
        Definition d = Definition.of(g, x, w, y);
        double[] biased = new double[d.forward().length];
        int plane = g.oh() * g.ow();
        Arrays.setAll(biased, i -> Math.max(0, d.forward()[i] + b.getAtIndex(JAVA_FLOAT, i / plane % g.o())));
        Epilogue epilogue = new Epilogue(new Operand(TensorType.float32(layer.o()), b), true);
        Guarded results = new Guarded(arena, y.byteSize());
        Guarded images = new Guarded(arena, x.byteSize());
        Guarded weights = new Guarded(arena, w.byteSize());
        for (boolean from : new boolean[] {false, true}) {
          Operand xs = operand(layer.images(), x, from);
          Operand ys = operand(layer.results(), y, from);
          boolean to = !from;
          Operand result = new Operand(TensorType.float32(layer.results()), results.data, to);
          Operand image = new Operand(TensorType.float32(layer.images()), images.data, to);
          check(layer, WinogradConvPass.forward(g).compile(target, xs, w, Optional.empty(), result), results,
              to ? channelsLast(layer.results(), d.forward()) : d.forward());
          check(layer, WinogradConvPass.forward(g).compile(target, xs, w, Optional.of(epilogue), result), results,
              to ? channelsLast(layer.results(), biased) : biased);
          check(layer, WinogradConvPass.gradInput(g).compile(target, ys, w, Optional.empty(), image), images,
              to ? channelsLast(layer.images(), d.gradInput()) : d.gradInput());
          check(layer, new WinogradGradWeightPass(g).compile(target, xs, ys, weights.data), weights, d.gradWeight());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void theErrorIsAtMostTwiceThatOfTheDirectSum(InstructionSet set) {
    // wide tiles, wide and narrow ones, and narrow ones alone
    for (int size : new int[] {16, 14, 7, 6}) {
      Layer layer = layer(2, 64, size, size, 64, 1);
      ConvGeometry g = ConvGeometry.of(layer.window(), 1, layer.images(), layer.weights(), layer.results());
      try (Workers workers = new Workers(1); CodeMemory code = new CodeMemory(); Arena arena = Arena.ofShared()) {
        Target target = new Target(set, workers, code, arena);
        Operand x = new Operand(TensorType.float32(layer.images()), random(arena, layer.images(), 1));
        MemorySegment w = random(arena, layer.weights(), 2);
        MemorySegment y = random(arena, layer.results(), 3);
        Operand result = new Operand(TensorType.float32(layer.results()), arena.allocate(y.byteSize(), 64));
        double[] exact = Definition.of(g, x.data(), w, y).forward();
        ChannelsLastConvPass.forward(g).compile(target, x, w, Optional.empty(), result).run();
        double direct = distance(result, exact);
        WinogradConvPass.forward(g).compile(target, x, w, Optional.empty(), result).run();
        assertThat(distance(result, exact)).as("%d pixels", size).isLessThan(2 * direct);
      }
    }
  }

  private static double distance(Operand actual, double[] exact) {
    double sum = 0;
    for (int i = 0; i < exact.length; i++) {
      double d = actual.data().getAtIndex(JAVA_FLOAT, i) - exact[i];
      sum += d * d;
    }
    return Math.sqrt(sum);
  }

  @ParameterizedTest
  @MethodSource("sets")
  void theBitsDoNotDependOnTheNumberOfThreads(InstructionSet set) {
    for (Layer layer : List.of(layer(3, 40, 30, 20, 50, 1), layer(2, 200, 7, 7, 70, 1), layer(5, 40, 14, 14, 50, 1))) {
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

  @ParameterizedTest
  @MethodSource("sets")
  void strictMeansTheDirectSum(InstructionSet set) {
    Layer layer = layer(4, 64, 16, 16, 64, 1);
    ConvGeometry g = ConvGeometry.of(layer.window(), 1, layer.images(), layer.weights(), layer.results());
    try (Workers workers = new Workers(1); CodeMemory code = new CodeMemory(); Arena arena = Arena.ofShared()) {
      assertThat(ConvPath.of(new Target(set, workers, code, arena), g, g.o())).isEqualTo(ConvPath.WINOGRAD);
      assertThat(ConvPath.of(new Target(set, true, workers, code, arena), g, g.o())).isEqualTo(ConvPath.CHANNELS_LAST);
    }
  }
}
