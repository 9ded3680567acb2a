package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceBuffer;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MomentsTest {
  static Stream<Arguments> cases() {
    return Stream.of(new int[] {2, 16}, new int[] {1, 1, 3, 17}, new int[] {129, 64}, new int[] {256, 64}, new int[] {8, 7, 7, 512}, new int[] {3, 50, 41, 33},
            new int[] {40_000, 16}, new int[] {9, 9, 1024}, new int[] {300, 100})
        .flatMap(dims -> KernelBench.sets().stream().filter(s -> s != InstructionSet.JAVA).map(set -> Arguments.of(dims, set)));
  }

  private static Graph graph(int[] dims, boolean together) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(dims));
    List<Integer> rows = new ArrayList<>();
    for (int d = 0; d < dims.length - 1; d++) {
      rows.add(d);
    }
    Value mean = g.mean(x, rows, true);
    g.output("mean", mean);
    Value centre = together ? g.detach(mean) : g.input("centre", mean.type());
    g.output("squares", g.sum(g.square(g.sub(x, centre)), rows, true));
    return g.build();
  }

  /// Values around `mean`, other ones in each column.
  private static HostTensor around(double mean, int[] dims) {
    HostTensor x = HostTensor.allocate(TensorType.float32(dims));
    Philox random = new Philox(11, dims.length, 0);
    int columns = dims[dims.length - 1];
    for (long i = 0; i < x.size(); i++) {
      x.set(i, mean * (1 + i % columns % 3) + 4 * random.uniform(i) - 2);
    }
    return x;
  }

  private static double[] output(Program program, String name) {
    return program.output(name) instanceof ReferenceBuffer b ? b.doubles() : program.output(name).read().toDoubles();
  }

  /// What one sweep gives for the sums of squared distances, and what they are with the mean that it found.
  private record Squares(double[] swept, double[] exact) {}

  private static Squares squares(CpuBackend backend, Graph graph, HostTensor x) {
    try (Program program = backend.compile(graph, Map.of())) {
      program.input("x").write(x);
      program.run();
      program.run();
      assertThat(program.calls()).filteredOn(c -> c.kernel().endsWith("and squares")).hasSize(1);
      double[] mean = output(program, "mean");
      double[] exact = new double[mean.length];
      for (long i = 0; i < x.size(); i++) {
        int column = (int) (i % mean.length);
        exact[column] += Math.pow(x.at(i) - mean[column], 2);
      }
      return new Squares(output(program, "squares"), exact);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void oneSweepLosesNothingHoweverLargeTheMean(int[] dims, InstructionSet set) {
    Graph graph = graph(dims, true);
    for (double mean : new double[] {0, 3, -1e4, 1e6}) {
      HostTensor x = around(mean, dims);
      double[] one = null;
      for (int threads = 1; threads <= 3; threads++) {
        try (CpuBackend backend = new CpuBackend(threads, set)) {
          Squares squares = squares(backend, graph, x);
          one = one == null ? squares.swept : one;
          assertThat(squares.swept).isEqualTo(one);
          for (int i = 0; i < one.length; i++) {
            assertThat(one[i]).isCloseTo(squares.exact[i], within(2e-6 * squares.exact[i]));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void equalValuesHaveNoNegativeSquares(int[] dims, InstructionSet set) {
    HostTensor x = HostTensor.allocate(TensorType.float32(dims));
    for (long i = 0; i < x.size(); i++) {
      x.set(i, 0.1 + i % dims[dims.length - 1] / 7.0);
    }
    try (CpuBackend backend = new CpuBackend(2, set)) {
      assertThat(Arrays.stream(squares(backend, graph(dims, true), x).swept).boxed()).allMatch(v -> v >= 0 && v < 1e-6);
    }
  }

  /// As of a convolution's results with its bias, which nobody keeps.
  @ParameterizedTest
  @MethodSource("cases")
  void dataThatAreMadeOnTheWayNeedNoMemory(int[] dims, InstructionSet set) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(dims));
    Value bias = g.input("bias", TensorType.float32(dims[dims.length - 1]));
    List<Integer> rows = IntStream.range(0, dims.length - 1).boxed().toList();
    Value data = g.add(g.mul(x, x), bias);
    Value mean = g.mean(data, rows, true);
    g.output("mean", mean);
    g.output("squares", g.sum(g.square(g.sub(data, g.detach(mean))), rows, true));
    Graph graph = g.build();
    HostTensor values = around(1, dims);
    double[][] exact = null;
    for (Backend backend : List.of(new ReferenceBackend(), new CpuBackend(1, set), new CpuBackend(2, set))) {
      try (backend; Program program = backend.compile(graph, Map.of())) {
        program.input("x").write(values);
        HostTensor b = HostTensor.allocate(graph.inputs().get(1).type());
        for (long i = 0; i < b.size(); i++) {
          b.set(i, i % 5 - 1.5);
        }
        program.input("bias").write(b);
        program.run();
        double[][] found = {output(program, "mean"), output(program, "squares")};
        if (exact == null) {
          exact = found;
        } else {
          assertThat(program.calls()).filteredOn(c -> c.kernel().endsWith("and squares")).hasSize(1);
        }
        for (int k = 0; k < 2; k++) {
          for (int i = 0; i < found[k].length; i++) {
            assertThat(found[k][i]).isCloseTo(exact[k][i], within(3e-6 * Math.abs(exact[k][i]) + (k == 0 ? 3e-6 : 0)));
          }
        }
      }
    }
  }

  /// The centre need not be the mean, and what is no pair is left alone.
  @ParameterizedTest
  @MethodSource("cases")
  void anyCentreWillDo(int[] dims, InstructionSet set) {
    Graph graph = graph(dims, false);
    HostTensor x = around(1, dims);
    HostTensor centre = HostTensor.allocate(graph.inputs().get(1).type());
    for (long i = 0; i < centre.size(); i++) {
      centre.set(i, i % 7 - 2.5);
    }
    double[] exact = null;
    for (Backend backend : List.of(new ReferenceBackend(), new CpuBackend(2, set))) {
      try (backend; Program program = backend.compile(graph, Map.of())) {
        program.input("x").write(x);
        program.input("centre").write(centre);
        program.run();
        double[] squares = output(program, "squares");
        exact = exact == null ? squares : exact;
        for (int i = 0; i < squares.length; i++) {
          assertThat(squares[i]).isCloseTo(exact[i], within(2e-6 * exact[i]));
        }
      }
    }
  }
}
