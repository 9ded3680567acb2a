package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.backend.Work;
import dlt.backend.reference.ReferenceBackend;
import dlt.graph.Autodiff;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.graph.Node;
import dlt.op.MatMul;
import dlt.op.Value;
import dlt.op.Variable;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Three dense layers of more than a megabyte each, learnt with momentum.
class EarlyUpdatesTest {
  private static final int BATCH = 9, WIDTH = 520;

  /// With `penalty`, outputs read the parameters' old values, under another shape, after everything else.
  private static Graph graph(boolean penalty) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(BATCH, WIDTH));
    List<Value> weights = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      weights.add(g.variable("w" + i, TensorType.float32(WIDTH, WIDTH)));
      x = g.tanh(g.matmul(x, weights.getLast(), false, true));
    }
    Value loss = g.sum(g.square(x));
    List<Value> gradients = Autodiff.gradients(g, loss, weights);
    for (int i = 0; i < 3; i++) {
      Value velocity = g.variable("v" + i, weights.get(i).type());
      Value next = g.add(g.mul(velocity, 0.9), gradients.get(i));
      g.update(velocity, next);
      g.update(weights.get(i), g.sub(weights.get(i), g.mul(next, 0.01)));
    }
    g.output("loss", loss);
    for (int i = 0; penalty && i < 3; i++) {
      g.output("penalty" + i, g.sum(g.square(g.reshape(weights.get(i), Shape.of(WIDTH * WIDTH)))));
    }
    return g.build();
  }

  private static List<Work> works(Graph graph) {
    return PiecewiseConvolutions.givenFirst(Work.of(graph));
  }

  private static int position(List<Work> order, Node value) {
    return IntStream.range(0, order.size()).filter(i -> order.get(i).outputs().contains(value)).findFirst().orElseThrow();
  }

  @Test
  void aLargeParameterIsUpdatedBeforeTheNextGradientByOne() {
    Graph graph = graph(false);
    List<Work> order = EarlyUpdates.in(graph, works(graph));
    int last = position(order, graph.updates().get("w2"));
    int middle = position(order, graph.updates().get("w1"));
    assertThat(order.subList(last + 1, middle)).filteredOn(w -> w instanceof Work.Single(Node node) && node.op() instanceof MatMul).isNotEmpty();
    assertThat(order).containsExactlyInAnyOrderElementsOf(works(graph));
  }

  @Test
  void whereSomebodyReadsTheOldValueAfterTheUpdateNothingIsMoved() {
    Graph graph = graph(true);
    assertThat(EarlyUpdates.in(graph, works(graph))).isEqualTo(works(graph));
  }

  private static List<double[]> train(Backend backend, Graph graph) {
    Map<String, Buffer> variables = new TreeMap<>();
    Philox random = new Philox(3, 0, 0);
    graph.variables().forEach(n -> {
      String name = ((Variable) n.op()).name();
      HostTensor t = HostTensor.allocate(n.type());
      for (long i = 0; i < t.size() && name.startsWith("w"); i++) {
        t.set(i, 0.1 * random.uniform(i + name.charAt(1)) - 0.05);
      }
      Buffer buffer = backend.allocate(n.type());
      buffer.write(t);
      variables.put(name, buffer);
    });
    List<double[]> r = new ArrayList<>();
    try (Program program = backend.compile(graph, new HashMap<>(variables))) {
      HostTensor x = HostTensor.allocate(TensorType.float32(BATCH, WIDTH));
      for (long i = 0; i < x.size(); i++) {
        x.set(i, random.uniform(i) - 0.5);
      }
      program.input("x").write(x);
      for (int step = 0; step < 3; step++) {
        program.run();
        graph.outputs().keySet().forEach(name -> r.add(program.output(name).read().toDoubles()));
      }
    }
    variables.values().forEach(v -> r.add(v.read().toDoubles()));
    return r;
  }

  @ParameterizedTest
  @EnumSource
  void stepsAreThoseOfTheReference(InstructionSet set) {
    assumeTrue(InstructionSet.supported(set));
    for (boolean penalty : new boolean[] {false, true}) {
      Graph graph = graph(penalty);
      try (CpuBackend cpu = new CpuBackend(2, set); ReferenceBackend reference = new ReferenceBackend()) {
        List<double[]> expected = train(reference, graph);
        List<double[]> actual = train(cpu, graph);
        for (int i = 0; i < expected.size(); i++) {
          double scale = Arrays.stream(expected.get(i)).map(Math::abs).max().orElseThrow();
          double[] values = actual.get(i);
          for (int j = 0; j < values.length; j++) {
            assertThat(values[j]).as("%d of %d", j, i).isCloseTo(expected.get(i)[j], within(1e-5 * scale));
          }
        }
      }
    }
  }
}
