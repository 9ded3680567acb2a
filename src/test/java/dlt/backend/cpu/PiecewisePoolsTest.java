package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceBuffer;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.Input;
import dlt.op.MaxPool2d;
import dlt.op.MaxPool2dGrad;
import dlt.op.Nhwc;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PiecewisePoolsTest {
  /// Images, height, width, channels, kernel, stride, padding.
  private static final List<int[]> SMALL = List.of(new int[] {2, 8, 8, 16, 2, 2, 0}, new int[] {3, 9, 7, 17, 3, 2, 1}, new int[] {1, 30, 31, 64, 3, 1, 1},
      new int[] {2, 7, 5, 100, 2, 2, 0}, new int[] {1, 40, 40, 256, 2, 3, 0}, new int[] {17, 4, 4, 32, 2, 2, 0});
  /// Such whose gradients are larger than caches.
  private static final List<int[]> LARGE = List.of(new int[] {2, 130, 129, 128, 3, 2, 1}, new int[] {1, 256, 128, 144, 2, 2, 0});

  private static Stream<InstructionSet> sets() {
    return KernelBench.sets().stream().filter(s -> s != InstructionSet.JAVA);
  }

  static Stream<Arguments> pools() {
    return SMALL.stream().flatMap(s -> sets().flatMap(set -> Stream.of(false, true).map(kept -> Arguments.of(s, set, kept))));
  }

  static Stream<Arguments> gradients() {
    return LARGE.stream().flatMap(s -> sets().map(set -> Arguments.of(s, set)));
  }

  private record Images(GraphBuilder g, Value x, Value scale, Value normalised, Window window, int kernel) {
    static Images of(int[] s) {
      GraphBuilder g = new GraphBuilder();
      Value x = g.input("x", TensorType.float32(s[0], s[1], s[2], s[3]));
      Value scale = g.input("scale", TensorType.float32(s[3]));
      Value shift = g.input("shift", TensorType.float32(s[3]));
      return new Images(g, x, scale, g.relu(g.add(g.mul(x, scale), shift)), Window.of(s[5], s[5], s[6], s[6], 1, 1), s[4]);
    }

    Value pool() {
      return g.emit(new Nhwc(new MaxPool2d(window, kernel, kernel), List.of(true), true), List.of(normalised));
    }

    Value gradient(Value upstream) {
      return g.emit(new Nhwc(new MaxPool2dGrad(window, kernel, kernel), List.of(true, true), true), List.of(normalised, upstream));
    }
  }

  /// Numbers that sums of a few of them, and halves, represent without rounding.
  private static void write(Program program, Graph graph) {
    graph.inputs().forEach(n -> {
      HostTensor t = HostTensor.allocate(n.type());
      Philox random = new Philox(3, n.id(), 0);
      for (long i = 0; i < t.size(); i++) {
        t.set(i, n.shape().rank() == 1 ? (i % 3 - 1.5) / 2 : Math.round(random.uniform(i) * 512 - 256) / 64.0);
      }
      program.input(((Input) n.op()).name()).write(t);
    });
  }

  private static Map<String, double[]> outputs(Backend backend, Graph graph, List<String> kernels) {
    try (Program program = backend.compile(graph, Map.of())) {
      write(program, graph);
      program.run();
      program.run();
      program.calls().forEach(c -> kernels.add(c.kernel()));
      Map<String, double[]> r = new LinkedHashMap<>();
      graph.outputs().keySet().forEach(name -> r.put(name, program.output(name) instanceof ReferenceBuffer b ? b.doubles() : program.output(name).read().toDoubles()));
      return r;
    }
  }

  /// The kernels of a step, whose results are those of the reference, and the same bits for any number of threads.
  private static List<String> kernels(Graph graph, InstructionSet set) {
    Map<String, double[]> expected;
    try (Backend backend = new ReferenceBackend()) {
      expected = outputs(backend, graph, new ArrayList<>());
    }
    List<String> kernels = List.of();
    Map<String, double[]> first = null;
    for (int threads = 1; threads <= 3; threads++) {
      kernels = new ArrayList<>();
      try (Backend backend = new CpuBackend(new Workers(threads, true), set, false)) {
        Map<String, double[]> found = outputs(backend, graph, kernels);
        first = first == null ? found : first;
        for (String name : found.keySet()) {
          assertThat(found.get(name)).isEqualTo(first.get(name));
        }
      }
    }
    for (String name : expected.keySet()) {
      double[] e = expected.get(name);
      double[] f = first.get(name);
      double largest = Arrays.stream(e).map(Math::abs).max().orElse(0);
      for (int i = 0; i < e.length; i++) {
        if (Math.abs(f[i] - e[i]) > 3e-6 * largest) {
          assertThat(f[i]).as(name + " " + i).isCloseTo(e[i], within(3e-6 * largest));
        }
      }
    }
    return kernels;
  }

  @ParameterizedTest
  @MethodSource("pools")
  void poolsTakeWhatAGroupMakesBandByBand(int[] s, InstructionSet set, boolean kept) {
    Images images = Images.of(s);
    images.g.output("pool", images.pool());
    if (kept) {
      images.g.output("images", images.normalised);
    }
    // bands may be rows that others take too, or leave some out: images that are kept are then made as a whole
    boolean disjoint = s[5] == s[4] && s[6] == 0 && s[1] % s[4] == 0;
    assertThat(kernels(images.g.build(), set)).anyMatch(k -> k.contains(" then ") == (!kept || disjoint));
  }

  @ParameterizedTest
  @MethodSource("pools")
  void poolsLeaveThePlacesOfMaximaForTheirGradients(int[] s, InstructionSet set, boolean kept) {
    Images images = Images.of(s);
    Value pool = images.pool();
    images.g.output("pool", pool);
    images.g.output("gradient", images.gradient(images.g.mul(pool, pool)));
    if (kept) {
      images.g.output("images", images.normalised);
    }
    assertThat(kernels(images.g.build(), set)).anyMatch(k -> k.contains("by the pool's places"));
  }

  @ParameterizedTest
  @MethodSource("gradients")
  void groupsGatherLargeGradients(int[] s, InstructionSet set) {
    Images images = Images.of(s);
    GraphBuilder g = images.g;
    Value pool = images.pool();
    Value gradient = g.mul(images.gradient(g.mul(pool, images.scale)), images.x);
    Value sum = g.sum(gradient, List.of(0, 1, 2), true);
    g.output("pool", pool);
    g.output("sum", sum);
    g.output("result", g.sub(gradient, g.mul(sum, images.x)));
    assertThat(kernels(g.build(), set)).filteredOn(k -> k.contains(" then ") && k.startsWith("nhwc max_pool2d_grad")).hasSize(2);
  }
}
