package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceBuffer;
import dlt.graph.Fusion;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.graph.Node;
import dlt.op.Input;
import dlt.op.Value;
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

class ReducingGroupTest {
  static Stream<Arguments> cases() {
    return Stream.of(
        Arguments.of(new int[] {1}, List.of(0)), Arguments.of(new int[] {10}, List.of(0)), Arguments.of(new int[] {129}, List.of(0)),
        Arguments.of(new int[] {4097}, List.of(0)), Arguments.of(new int[] {100_000}, List.of(0)),
        Arguments.of(new int[] {32, 2}, List.of(1)), Arguments.of(new int[] {128, 10}, List.of(0, 1)), Arguments.of(new int[] {128, 10}, List.of(1)),
        Arguments.of(new int[] {300, 65}, List.of(1)), Arguments.of(new int[] {3, 20_000}, List.of(1)), Arguments.of(new int[] {3, 5000}, List.of(1)),
        Arguments.of(new int[] {4, 6, 7, 7}, List.of(0, 2, 3)), Arguments.of(new int[] {20, 16, 16, 16}, List.of(0, 2, 3)),
        Arguments.of(new int[] {2, 3, 80, 90}, List.of(0, 2, 3)), Arguments.of(new int[] {5, 1, 9, 1}, List.of(0, 2)),
        // columns
        Arguments.of(new int[] {1, 16}, List.of(0)), Arguments.of(new int[] {300, 17}, List.of(0)), Arguments.of(new int[] {1000, 33}, List.of(0)),
        Arguments.of(new int[] {5, 9, 11, 64}, List.of(0, 1, 2)), Arguments.of(new int[] {3, 1, 50, 1, 31}, List.of(0, 2)),
        Arguments.of(new int[] {2, 33, 1024}, List.of(0, 1)), Arguments.of(new int[] {7, 5, 3, 40}, List.of(0, 1)), Arguments.of(new int[] {40, 1025}, List.of(0)),
        Arguments.of(new int[] {2, 3, 4, 5}, List.of(1, 3)), Arguments.of(new int[] {6, 5, 33}, List.of(2)), Arguments.of(new int[] {2, 3, 4, 5}, List.of(0, 1, 2, 3)));
  }

  /// Sums and maxima of results that are kept and of some that are not, with operands that broadcast within and across rows.
  private static Graph graph(int[] dims, List<Integer> reduced) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(dims));
    Value w = g.input("w", TensorType.float32(dims));
    int[] perRow = dims.clone();
    reduced.forEach(d -> perRow[d] = 1);
    Value mean = g.input("mean", TensorType.float32(perRow));
    Value last = g.input("last", TensorType.float32(dims[dims.length - 1]));
    Value centered = g.sub(x, mean);
    g.output("variance", g.sum(g.square(centered), reduced, true));
    Value scaled = g.tanh(g.mul(centered, w));
    g.output("scaled", scaled);
    g.output("sum", g.sum(scaled, reduced, false));
    g.output("max", g.reduceMax(g.mul(scaled, x), reduced, false));
    g.output("shifted", g.sum(g.mul(g.add(x, last), w), reduced, true));
    return g.build();
  }

  private static Map<String, double[]> run(Backend backend, Graph graph) {
    try (Program program = backend.compile(graph, Map.of())) {
      for (Node input : graph.inputs()) {
        HostTensor x = HostTensor.allocate(input.type());
        Philox random = new Philox(3, input.id(), 0);
        for (long i = 0; i < x.size(); i++) {
          x.set(i, 2 * random.uniform(i) - 0.8);
        }
        program.input(((Input) input.op()).name()).write(x);
      }
      program.run();
      program.run();
      Map<String, double[]> r = new LinkedHashMap<>();
      graph.outputs().keySet().forEach(name -> r.put(name, program.output(name) instanceof ReferenceBuffer b ? b.doubles() : program.output(name).read().toDoubles()));
      return r;
    }
  }

  /// Strips of one, two and four vectors, and what is left of them; turns of four rows, and what is left of them.
  static Stream<InstructionSet> sets() {
    return KernelBench.sets().stream().filter(s -> s != InstructionSet.JAVA);
  }

  @ParameterizedTest
  @MethodSource("sets")
  void everyNumberOfColumnsIsReducedToItsEndWithTheBitsOfTheTwin(InstructionSet set) {
    try (CpuBackend backend = new CpuBackend(1, set); CpuBackend java = new CpuBackend(1, InstructionSet.JAVA)) {
      for (int columns = 1; columns <= 140; columns++) {
        Graph graph = graph(new int[] {1 + columns % 9, columns}, List.of(0));
        Map<String, double[]> twin = run(java, graph);
        run(backend, graph).forEach((name, values) -> assertThat(values).as("%s of %s", name, graph.inputs().getFirst().shape()).isEqualTo(twin.get(name)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void reducesPartByPartWithTheBitsOfTheTwin(int[] dims, List<Integer> reduced) {
    Graph graph = graph(dims, reduced);
    if (dims.length > 1 && dims[dims.length - 1] != 1025) {
      assertThat(Fusion.groups(graph)).anyMatch(g -> g.outputs().contains(graph.outputs().get("variance")));
    }
    Map<String, double[]> twin;
    Map<String, double[]> exact;
    try (CpuBackend java = new CpuBackend(1, InstructionSet.JAVA); ReferenceBackend reference = new ReferenceBackend()) {
      twin = run(java, graph);
      exact = run(reference, graph);
    }
    exact.forEach((name, values) -> {
      for (int i = 0; i < values.length; i++) {
        assertThat(twin.get(name)[i]).isCloseTo(values[i], within(1e-6 + 2e-6 * Math.abs(values[i]) + 1e-7 * Math.sqrt(graph.inputs().getFirst().shape().size())));
      }
    });
    for (InstructionSet set : KernelBench.sets()) {
      for (int threads = 1; threads <= 3; threads++) {
        try (CpuBackend backend = new CpuBackend(threads, set)) {
          run(backend, graph).forEach((name, values) -> assertThat(values).as("%s on %s", name, set).isEqualTo(twin.get(name)));
        }
      }
    }
  }
}
