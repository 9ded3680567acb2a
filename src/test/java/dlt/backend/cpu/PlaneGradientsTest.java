package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceBuffer;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.Conv2dGradWeight;
import dlt.op.Input;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlaneGradientsTest {
  /// Which is computed first; `LATE`: the bias, before there are images.
  enum Order { WEIGHTS, BIAS, LATE }

  /// Images, channels, size, outputs, kernel, padding.
  static Stream<Arguments> cases() {
    return Stream.of(new int[] {1, 1, 9, 1, 3, 0}, new int[] {5, 1, 28, 8, 3, 0}, new int[] {3, 1, 28, 6, 5, 2}, new int[] {19, 2, 8, 16, 3, 1}, new int[] {33, 3, 7, 17, 2, 0},
            new int[] {4, 4, 6, 33, 1, 0})
        .flatMap(sizes -> KernelBench.sets().stream().filter(s -> s != InstructionSet.JAVA)
            .flatMap(set -> Stream.of(Order.values()).map(order -> Arguments.of(sizes, set, order))));
  }

  private static Graph graph(int[] s, Order order) {
    int result = s[2] + 2 * s[5] - s[4] + 1;
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(s[0], s[1], s[2], s[2]));
    Value dy = g.input("dy", TensorType.float32(s[0], s[3], result, result));
    Conv2dGradWeight weights = new Conv2dGradWeight(Window.of(1, 1, s[5], s[5], 1, 1), 1, s[4], s[4]);
    if (order == Order.WEIGHTS) {
      g.output("dw", g.emit(weights, List.of(x, dy)));
    }
    Value bias = g.sum(dy, List.of(0, 2, 3), true);
    g.output("db", bias);
    if (order == Order.BIAS) {
      g.output("dw", g.emit(weights, List.of(x, dy)));
    }
    if (order == Order.LATE) {
      g.output("dw", g.emit(weights, List.of(g.add(x, g.sum(bias, List.of(0, 1, 2, 3), true)), dy)));
    }
    return g.build();
  }

  private static void write(Program program, Graph graph) {
    graph.inputs().forEach(n -> {
      HostTensor t = HostTensor.allocate(n.type());
      Philox random = new Philox(5, n.shape().dim(1), 0);
      for (long i = 0; i < t.size(); i++) {
        t.set(i, random.uniform(i) - 0.5);
      }
      program.input(((Input) n.op()).name()).write(t);
    });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void oneSweepGivesBothWhicheverComesFirst(int[] sizes, InstructionSet set, Order order) {
    Graph graph = graph(sizes, order);
    for (String output : List.of("dw", "db")) {
      double[] expected;
      try (Backend backend = new ReferenceBackend(); Program program = backend.compile(graph, Map.of())) {
        write(program, graph);
        program.run();
        expected = ((ReferenceBuffer) program.output(output)).doubles();
      }
      double[] one = null;
      for (int threads = 1; threads <= 3; threads++) {
        try (CpuBackend backend = new CpuBackend(threads, set, true); Program program = backend.compile(graph, Map.of())) {
          write(program, graph);
          program.run();
          program.run();
          double[] actual = program.output(output).read().toDoubles();
          one = one == null ? actual : one;
          assertThat(actual).isEqualTo(one);
          // late images are some ten times as large
          double scale = sizes[0] * sizes[2] * sizes[2] * (order == Order.LATE ? 10 : 1);
          for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as("%s[%d]", output, i).isCloseTo(expected[i], within(1e-7 * scale));
          }
          assertThat(program.calls().stream().filter(c -> c.kernel().contains("of the other gradient's sweep")).count())
              .isLessThanOrEqualTo(order == Order.LATE ? 0 : 1);
          if (sizes[2] == 28 && order != Order.LATE) {
            assertThat(program.calls()).anyMatch(c -> c.kernel().contains("of the other gradient's sweep"));
          }
        }
      }
    }
  }
}
