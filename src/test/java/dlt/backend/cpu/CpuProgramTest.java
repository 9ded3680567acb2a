package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.backend.reference.ReferenceBackend;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CpuProgramTest {
  private static final TensorType VECTOR = TensorType.float32(3);

  private static Map<String, Buffer> variables(Backend backend, Graph graph) {
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

  private static CpuBackend java() {
    return new CpuBackend(1, InstructionSet.JAVA);
  }

  @Test
  void anOutputThatIsAVariableIsItsValueBeforeTheUpdate() {
    GraphBuilder g = new GraphBuilder();
    Value v = g.variable("v", VECTOR);
    g.output("old", v);
    g.output("alsoOld", g.reshape(v, Shape.of(1, 3)));
    g.update(v, g.add(v, 1));
    try (CpuBackend backend = java()) {
      Map<String, Buffer> variables = variables(backend, g.build());
      variables.get("v").write(HostTensor.of(Shape.of(3), 1f, 2f, 3f));
      Program program = backend.compile(g.build(), variables);
      program.run();
      program.run();
      assertThat(program.output("old").read().toFloats()).containsExactly(2, 3, 4);
      assertThat(program.output("alsoOld").read().toFloats()).containsExactly(2, 3, 4);
      assertThat(variables.get("v").read().toFloats()).containsExactly(3, 4, 5);
    }
  }

  @Test
  void variablesSwapTheirValues() {
    GraphBuilder g = new GraphBuilder();
    Value a = g.variable("a", VECTOR);
    Value b = g.variable("b", VECTOR);
    g.update(a, b);
    g.update(b, a);
    try (CpuBackend backend = java()) {
      Map<String, Buffer> variables = variables(backend, g.build());
      variables.get("a").write(HostTensor.of(Shape.of(3), 1f, 2f, 3f));
      variables.get("b").write(HostTensor.of(Shape.of(3), 4f, 5f, 6f));
      backend.compile(g.build(), variables).run();
      assertThat(variables.get("a").read().toFloats()).containsExactly(4, 5, 6);
      assertThat(variables.get("b").read().toFloats()).containsExactly(1, 2, 3);
    }
  }

  @Test
  void aValueThatALaterStepReadsIsNotOverwritten() {
    GraphBuilder g = new GraphBuilder();
    Value w = g.variable("w", TensorType.float32(3, 3));
    Value next = g.matmul(w, w);
    g.update(w, next);
    g.output("y", g.matmul(next, w));
    try (CpuBackend backend = java(); ReferenceBackend reference = new ReferenceBackend()) {
      same(backend, reference, g.build(), 2);
    }
  }

  @Test
  void constantsAreComputedOnce() {
    GraphBuilder g = new GraphBuilder();
    Value c = g.transpose(g.reshape(g.literal(HostTensor.of(Shape.of(6), 1f, 2, 3, 4, 5, 6)), Shape.of(2, 3)), 1, 0);
    g.output("c", c);
    g.output("product", g.matmul(c, g.fill(Shape.of(2, 1), 2)));
    try (CpuBackend backend = java(); Program program = backend.compile(g.build(), Map.of())) {
      assertThat(program.output("c").read().toFloats()).containsExactly(1, 4, 2, 5, 3, 6);
      assertThat(program.output("product").read().toFloats()).containsExactly(10, 14, 18);
    }
  }

  @Test
  void programsShareVariables() {
    GraphBuilder train = new GraphBuilder();
    Value v = train.variable("v", VECTOR);
    train.update(v, train.add(v, 1));
    GraphBuilder read = new GraphBuilder();
    read.output("double", read.mul(read.variable("v", VECTOR), 2));
    try (CpuBackend backend = java()) {
      Map<String, Buffer> variables = Map.of("v", backend.allocate(VECTOR));
      Program trained = backend.compile(train.build(), variables);
      Program result = backend.compile(read.build(), variables);
      trained.run();
      trained.run();
      result.run();
      assertThat(result.output("double").read().toFloats()).containsExactly(4, 4, 4);
    }
  }

  @Test
  void aMissingOrWrongVariableIsRefused() {
    GraphBuilder g = new GraphBuilder();
    g.output("y", g.neg(g.variable("v", VECTOR)));
    try (CpuBackend backend = java()) {
      assertThatThrownBy(() -> backend.compile(g.build(), Map.of())).hasMessage("no buffer of float32[3] for variable v");
      assertThatThrownBy(() -> backend.compile(g.build(), Map.of("v", backend.allocate(TensorType.float32(4)))))
          .hasMessage("no buffer of float32[3] for variable v");
    }
  }

  @Test
  void inputsKeepTheirContentFromRunToRun() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(4, 4));
    Value y = x;
    for (int i = 0; i < 6; i++) {
      y = g.matmul(y, x);
    }
    g.output("y", y);
    try (CpuBackend backend = java(); Program program = backend.compile(g.build(), Map.of())) {
      HostTensor half = HostTensor.allocate(TensorType.float32(4, 4));
      for (int i = 0; i < 16; i++) {
        half.set(i, 0.5);
      }
      program.input("x").write(half);
      program.run();
      float[] first = program.output("y").read().toFloats();
      program.run();
      assertThat(program.output("y").read().toFloats()).isEqualTo(first);
      assertThat(program.input("x").read().toFloats()).containsOnly(0.5f);
    }
  }

  /// Bias and relu end the product's kernel, whichever of its ways it takes, with and without readers of what lies between.
  @ParameterizedTest
  @EnumSource
  void productsWithABiasAgreeWithTheReference(InstructionSet set) {
    org.junit.jupiter.api.Assumptions.assumeTrue(InstructionSet.supported(set));
    int[][] sizes = {{1, 1, 1}, {3, 5, 7}, {17, 33, 65}, {32, 10, 200}, {70, 100, 130}, {5, 6, 1600}, {4, 7, 0}};
    try (CpuBackend backend = new CpuBackend(2, set); ReferenceBackend reference = new ReferenceBackend()) {
      for (int[] s : sizes) {
        for (int kind = 0; kind < 8; kind++) {
          GraphBuilder g = new GraphBuilder();
          Value x = g.input("x", TensorType.float32(s[0], s[2]));
          Value w = kind % 2 == 0 ? g.variable("w", TensorType.float32(s[1], s[2])) : g.variable("w", TensorType.float32(s[2], s[1]));
          Value b = g.variable("b", kind % 4 < 2 ? TensorType.float32(s[1]) : TensorType.float32(1, s[1]));
          Value y = g.matmul(x, w, false, kind % 2 == 0);
          Value sum = kind % 4 < 2 ? g.add(y, b) : g.add(b, y);
          g.output("relu", kind < 4 ? g.relu(sum) : sum);
          if (kind == 3) {
            g.output("sum", sum);
          }
          if (kind == 7) {
            g.output("product", y);
          }
          same(backend, reference, g.build(), 2);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void convolutionsWithABiasAgreeWithTheReference(InstructionSet set) {
    org.junit.jupiter.api.Assumptions.assumeTrue(InstructionSet.supported(set));
    try (CpuBackend backend = new CpuBackend(2, set); ReferenceBackend reference = new ReferenceBackend()) {
      for (boolean relu : new boolean[] {false, true}) {
        for (int pad : new int[] {0, 4}) {
          // a vector of images; groups; a vector of channels
          convolution(backend, reference, relu, pad, 16, 4, 6, 1);
          convolution(backend, reference, relu, pad, 5, 4, 6, 2);
          convolution(backend, reference, relu, pad, 1, 3, 48, 1);
          convolution(backend, reference, relu, pad, 2, 3, 33, 1);
        }
      }
    }
  }

  private static void convolution(Backend backend, Backend reference, boolean relu, int pad, int images, int channels, int outputs, int groups) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(images, channels, 7, 9));
    Value w = g.variable("w", TensorType.float32(outputs, channels / groups, 3, 3));
    Value b = g.variable("b", TensorType.float32(outputs));
    Value y = g.emit(new Conv2d(new Window(1, 2, pad, pad, pad, pad, 1, 1), groups), x, w);
    Value sum = g.add(y, g.reshape(b, Shape.of(1, outputs, 1, 1)));
    g.output("y", relu ? g.relu(sum) : sum);
    same(backend, reference, g.build(), 2);
  }

  /// Graphs of random ops, outputs and updates: whatever is planned, shared or computed in place, the results are the
  /// reference's.
  @ParameterizedTest
  @EnumSource
  void randomGraphsAgreeWithTheReference(InstructionSet set) {
    org.junit.jupiter.api.Assumptions.assumeTrue(InstructionSet.supported(set));
    try (CpuBackend backend = new CpuBackend(2, set); ReferenceBackend reference = new ReferenceBackend()) {
      for (int seed = 0; seed < 150; seed++) {
        same(backend, reference, randomGraph(seed), 3);
      }
    }
  }

  private static final Shape SHAPE = Shape.of(4, 6);

  private static Graph randomGraph(int seed) {
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

  private static void same(Backend backend, Backend reference, Graph graph, int runs) {
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
