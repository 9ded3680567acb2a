package dlt.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.Conv2d;
import dlt.op.MatMul;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Graphs that every backend computes as the reference does.
public final class GraphCases {
  private GraphCases() {}

  /// Buffers for the variables of `graph`, with values that depend on their names alone.
  public static Map<String, Buffer> variables(Backend backend, Graph graph) {
    Map<String, Buffer> buffers = new LinkedHashMap<>();
    graph.variables().stream().sorted(java.util.Comparator.comparing(n -> n.op().toString())).forEach(n -> {
      String name = ((dlt.op.Variable) n.op()).name();
      Buffer buffer = backend.allocate(n.type());
      HostTensor t = HostTensor.allocate(n.type());
      for (int i = 0; i < t.size(); i++) {
        t.set(i, new Philox(3, name.hashCode(), 0).uniform(i) * 2 - 1);
      }
      buffer.write(t);
      buffers.put(name, buffer);
    });
    return buffers;
  }

  /// A product of matrices of m x k and k x n with a bias, in one of eight forms: with readers of what lies between, and without.
  public static Graph biasedProduct(int m, int n, int k, int kind) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(m, k));
    Value w = kind % 2 == 0 ? g.variable("w", TensorType.float32(n, k)) : g.variable("w", TensorType.float32(k, n));
    Value b = g.variable("b", kind % 4 < 2 ? TensorType.float32(n) : TensorType.float32(1, n));
    Value y = g.matmul(x, w, false, kind % 2 == 0);
    Value sum = kind % 4 < 2 ? g.add(y, b) : g.add(b, y);
    g.output("relu", kind < 4 ? g.relu(sum) : sum);
    if (kind == 3) {
      g.output("sum", sum);
    }
    if (kind == 7) {
      g.output("product", y);
    }
    return g.build();
  }

  /// A convolution of images of 7x9 with a bias a channel.
  public static Graph biasedConvolution(boolean relu, int pad, int images, int channels, int outputs, int groups) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(images, channels, 7, 9));
    Value w = g.variable("w", TensorType.float32(outputs, channels / groups, 3, 3));
    Value b = g.variable("b", TensorType.float32(outputs));
    Value y = g.emit(new Conv2d(new Window(1, 2, pad, pad, pad, pad, 1, 1), groups), x, w);
    Value sum = g.add(y, g.reshape(b, Shape.of(1, outputs, 1, 1)));
    g.output("y", relu ? g.relu(sum) : sum);
    return g.build();
  }

  private static final Shape SHAPE = Shape.of(4, 6);

  /// Random ops, outputs and updates.
  public static Graph random(int seed) {
    Random random = new Random(seed);
    GraphBuilder g = new GraphBuilder();
    List<Value> values = new ArrayList<>();
    List<Value> variables = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      variables.add(g.variable("v" + i, TensorType.float32(SHAPE)));
    }
    values.addAll(variables);
    values.add(g.input("x", TensorType.float32(SHAPE)));
    values.add(g.fill(SHAPE, 0.25));
    for (int i = 0; i < 12; i++) {
      Value a = values.get(random.nextInt(values.size()));
      Value b = values.get(random.nextInt(values.size()));
      values.add(switch (random.nextInt(9)) {
        case 0 -> g.mul(g.add(a, b), 0.5);
        case 1 -> g.relu(a);
        case 2 -> g.reshape(g.transpose(a, 1, 0), SHAPE);
        case 3 -> g.mul(g.matmul(g.emit(new MatMul(false, true), a, b), b), 0.1);
        case 4 -> g.mul(a, b);
        case 5 -> g.concat(List.of(g.slice(a, 0, 1, 3), g.slice(b, 0, 0, 1)), 0);
        case 6 -> g.expand(g.slice(a, 0, 2, 1), SHAPE);
        case 7 -> g.reshape(g.transpose(g.reshape(a, Shape.of(1, 24)), 1, 0), SHAPE);
        default -> g.tanh(g.add(a, b));
      });
    }
    g.output("y", values.getLast());
    g.output("z", values.get(random.nextInt(values.size())));
    for (Value v : variables) {
      if (random.nextInt(4) > 0) {
        g.update(v, values.get(random.nextInt(values.size())));
      }
    }
    return g.build();
  }

  /// Asserts that both compute the same in so many runs.
  public static void same(Backend backend, Backend reference, Graph graph, int runs) {
    Map<String, Buffer> variables = variables(backend, graph);
    Map<String, Buffer> expectedVariables = variables(reference, graph);
    Program program = backend.compile(graph, variables);
    Program expected = reference.compile(graph, expectedVariables);
    for (String input : program.inputs()) {
      HostTensor t = HostTensor.allocate(program.input(input).type());
      for (int i = 0; i < t.size(); i++) {
        t.set(i, Math.sin(i));
      }
      program.input(input).write(t);
      expected.input(input).write(t);
    }
    for (int run = 0; run < runs; run++) {
      program.run();
      expected.run();
      graph.outputs().keySet().forEach(name -> near(graph, name, program.output(name), expected.output(name)));
      variables.forEach((name, v) -> near(graph, name, v, expectedVariables.get(name)));
    }
    program.close();
  }

  private static void near(Graph graph, String name, Buffer actual, Buffer expected) {
    double[] a = actual.read().toDoubles();
    double[] e = expected.read().toDoubles();
    for (int i = 0; i < e.length; i++) {
      assertThat(a[i]).as(name + " of " + graph).isCloseTo(e[i], within(2e-5 * (1 + Math.abs(e[i]))));
    }
  }
}
