package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dlt.backend.Program;
import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceBuffer;
import dlt.graph.Fusion;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.graph.Node;
import dlt.op.Binary;
import dlt.op.Fill;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedSet;
import org.junit.jupiter.api.Test;

class PointwiseKernelTest {
  private static HostTensor draw(Shape shape, int stream) {
    HostTensor x = HostTensor.allocate(TensorType.float32(shape));
    Philox random = new Philox(11, stream, (int) shape.size());
    for (long i = 0; i < x.size(); i++) {
      x.set(i, random.uniform(i) * 4 - 2);
    }
    return x;
  }

  /// The graph's groups one after the other on one target, each node's bits by node.
  private static Map<Node, int[]> run(InstructionSet set, int threads, List<Fusion.Group> groups, Map<Node, HostTensor> given) {
    try (KernelBench bench = new KernelBench(set, threads)) {
      Map<Node, Operand> operands = new HashMap<>();
      given.forEach((node, tensor) -> operands.put(node, bench.of(tensor)));
      for (Fusion.Group group : groups) {
        group.outputs().forEach(n -> operands.put(n, bench.empty(n.type())));
        PointwiseKernel.compile(bench.target, group, group.inputs().stream().map(operands::get).toList(),
            group.outputs().stream().map(operands::get).toList()).run();
      }
      bench.assertNothingElseWritten();
      Map<Node, int[]> bits = new HashMap<>();
      operands.forEach((node, operand) -> bits.put(node, KernelBench.bits(operand)));
      return bits;
    }
  }

  /// Each node a group of its own.
  private static List<Fusion.Group> unfused(Graph graph) {
    List<Fusion.Group> r = new ArrayList<>();
    for (Fusion.Group group : Fusion.groups(graph)) {
      for (Node n : group.nodes()) {
        SequencedSet<Node> inputs = new LinkedHashSet<>();
        n.inputs().stream().map(Fusion::source).filter(i -> !(i.op() instanceof Fill)).forEach(inputs::add);
        r.add(new Fusion.Group(n.shape(), List.of(n), List.copyOf(inputs), List.of(n)));
      }
    }
    return r;
  }

  private static Map<Node, HostTensor> given(Graph graph) {
    Map<Node, HostTensor> r = new HashMap<>();
    for (Node input : graph.inputs()) {
      r.put(input, draw(input.shape(), input.id()));
    }
    return r;
  }

  /// Fused and node by node, emitted and in Java, with any number of threads: the same bits; and what the reference says.
  private static void check(Graph graph, double tolerance) {
    Map<Node, HostTensor> given = given(graph);
    Map<Node, int[]> twin = run(InstructionSet.JAVA, 1, unfused(graph), given);
    List<Fusion.Group> groups = Fusion.groups(graph);
    for (InstructionSet set : KernelBench.sets()) {
      for (int threads = 1; threads <= 3; threads += 2) {
        Map<Node, int[]> fused = run(set, threads, groups, given);
        for (Node output : fused.keySet()) {
          assertThat(fused.get(output)).as("%s on %s with %d threads", output, set, threads).isEqualTo(twin.get(output));
        }
      }
    }
    try (ReferenceBackend reference = new ReferenceBackend(); Program program = reference.compile(graph, Map.of())) {
      given.forEach((node, tensor) -> program.input(((dlt.op.Input) node.op()).name()).write(tensor));
      program.run();
      graph.outputs().forEach((name, node) -> {
        if (!twin.containsKey(node)) {
          return;       // a constant
        }
        double[] exact = ((ReferenceBuffer) program.output(name)).doubles();
        for (int i = 0; i < exact.length; i++) {
          float actual = Float.intBitsToFloat(twin.get(node)[i]);
          if (Math.abs(actual - exact[i]) > tolerance * (1 + Math.abs(exact[i]))) {
            fail("element %d of %s is %s, expected %s", i, node, actual, exact[i]);
          }
        }
      });
    }
  }

  @Test
  void everyLengthIsComputedToItsEndAndNoFurther() {
    for (int n = 1; n <= 400; n = n < 270 ? n + 1 : n + 29) {
      GraphBuilder g = new GraphBuilder();
      Value x = g.input("x", TensorType.float32(n));
      Value w = g.input("w", TensorType.float32(n));
      g.output("y", g.add(g.mul(x, w), g.max(x, 0.25)));
      if (n % 7 == 0) {
        g.output("z", g.tanh(g.sub(x, w)));
      }
      check(g.build(), 1e-6);
    }
  }

  @Test
  void operandsBroadcastAlongAnyDimensions() {
    int[][][] shapes = {
      {{128, 10}, {10}}, {{128, 10}, {128, 1}}, {{3, 17}, {3, 1}, {17}, {}}, {{2, 5, 7, 7}, {5, 1, 1}}, {{2, 5, 7, 7}, {1, 5, 1, 1}, {2, 1, 1, 1}},
      {{4, 1, 16}, {3, 1}}, {{2, 3, 4, 5}, {3, 1, 5}, {2, 1, 4, 1}}, {{5}, {1}}, {{2, 64}, {64}}, {{3, 65}, {65}, {3, 1}}, {{3, 200}, {200}},
      {{1, 33}, {9, 1}}, {{2, 3, 1}, {2, 1, 300}}, {{7, 1}, {1, 1}}, {{2, 2, 2, 2, 2}, {2, 1, 2, 1, 2}}, {{300, 3}, {3}}, {{40000}, {}},
      {{50, 1000}, {1000}, {50, 1}}, {{3, 30000}, {3, 1}}, {{70000, 1}, {2}}
    };
    for (int[][] s : shapes) {
      GraphBuilder g = new GraphBuilder();
      Value y = g.input("x", TensorType.float32(s[0]));
      for (int i = 1; i < s.length; i++) {
        Value b = g.input("b" + i, TensorType.float32(s[i]));
        y = i % 2 == 1 ? g.add(y, b) : g.mul(y, b);
      }
      g.output("y", y);
      g.output("z", g.where(g.less(y, g.scalar(0)), g.mul(y, 0.01), y));
      check(g.build(), 1e-6);
    }
  }

  @Test
  void manyOperandsAreReadThroughTheStack() {
    GraphBuilder g = new GraphBuilder();
    List<Value> inputs = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      inputs.add(g.input("x" + i, TensorType.float32(i % 4 == 0 ? new int[] {9, 1} : i % 4 == 1 ? new int[] {37} : new int[] {9, 37})));
    }
    // needed in the opposite order, so that all wait in registers or on the stack
    Value sum = inputs.getFirst();
    for (Value x : inputs) {
      sum = g.add(sum, x);
    }
    Value product = sum;
    for (Value x : inputs.reversed()) {
      product = g.sub(g.mul(product, 0.5), x);
    }
    g.output("y", product);
    check(g.build(), 1e-5);
  }

  @Test
  void moreValuesThanRegistersWaitOnTheStack() {
    for (int n : new int[] {1, 16, 77, 200}) {
      GraphBuilder g = new GraphBuilder();
      Value x = g.input("x", TensorType.float32(n));
      List<Value> alive = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        alive.add(g.tanh(g.mul(x, 0.1 * i)));
      }
      Value y = alive.getFirst();
      for (Value v : alive) {
        y = g.add(g.mul(y, 0.7), v);
      }
      for (Value v : alive.reversed()) {
        y = g.sub(g.mul(y, 0.7), v);
      }
      g.output("y", y);
      check(g.build(), 1e-5);
    }
  }

  @Test
  void randomGraphsGiveTheSameBitsFusedOrNot() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      GraphBuilder g = new GraphBuilder();
      int n = 1 + random.nextInt(6);
      int c = 1 + random.nextInt(70);
      List<Value> values = new ArrayList<>(List.of(g.input("a", TensorType.float32(n, c)), g.input("b", TensorType.float32(n, c)),
          g.input("row", TensorType.float32(c)), g.input("column", TensorType.float32(n, 1)), g.input("scalar", TensorType.float32()),
          g.scalar(0.75), g.scalar(0)));
      for (int i = 0; i < 40; i++) {
        Value a = values.get(random.nextInt(values.size()));
        Value b = values.get(random.nextInt(values.size()));
        values.add(switch (random.nextInt(16)) {
          case 0 -> g.add(a, b);
          case 1 -> g.sub(a, b);
          case 2 -> g.mul(g.tanh(a), b);
          case 3 -> g.max(a, b);
          case 4 -> g.min(b, a);
          case 5 -> g.where(g.lessEqual(a, b), b, g.neg(a));
          case 6 -> g.sigmoid(a);
          case 7 -> g.exp(g.min(a, 1));
          case 8 -> g.erf(b);
          case 9 -> g.log1p(g.abs(a));
          case 10 -> g.sqrt(g.abs(b));
          case 11 -> g.sign(a);
          case 12 -> g.where(a, b, a);
          case 13 -> g.div(a, g.add(g.abs(b), 1));
          case 14 -> g.relu(b);
          default -> g.equal(a, b);
        });
        if (random.nextInt(8) == 0) {
          g.output("y" + i, values.getLast());
        }
      }
      g.output("y", values.getLast());
      // jumps of sign, equality and comparisons may fall on either side in float64
      check(g.build(), Double.POSITIVE_INFINITY);
    }
  }

  @Test
  void smoothGraphsAgreeWithTheReference() {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      GraphBuilder g = new GraphBuilder();
      int c = 1 + random.nextInt(50);
      List<Value> values = new ArrayList<>(List.of(g.input("a", TensorType.float32(5, c)), g.input("row", TensorType.float32(c))));
      for (int i = 0; i < 20; i++) {
        Value a = values.get(random.nextInt(values.size()));
        Value b = values.get(random.nextInt(values.size()));
        values.add(switch (random.nextInt(6)) {
          case 0 -> g.mul(g.add(a, b), 0.5);
          case 1 -> g.sub(a, g.mul(b, 0.25));
          case 2 -> g.tanh(a);
          case 3 -> g.mul(g.sigmoid(a), b);
          case 4 -> g.erf(b);
          default -> g.log1p(g.square(g.tanh(a)));
        });
      }
      g.output("y", values.getLast());
      check(g.build(), 2e-5);
    }
  }

  @Test
  void anOutputMayTakeAnInputsPlace() {
    for (int n : new int[] {1, 10, 64, 131, 1000, 50_000}) {
      GraphBuilder g = new GraphBuilder();
      Value p = g.input("p", TensorType.float32(n));
      Value m = g.input("m", TensorType.float32(n));
      Value d = g.input("d", TensorType.float32(n));
      Value next = g.add(g.mul(m, 0.9), d);
      g.output("m", next);
      g.output("p", g.sub(g.mul(p, 0.99), g.mul(g.add(d, g.mul(next, 0.9)), 0.1)));
      Graph graph = g.build();
      Fusion.Group group = Fusion.groups(graph).getFirst();
      Map<Node, HostTensor> given = given(graph);
      Map<Node, int[]> apart = run(InstructionSet.JAVA, 1, List.of(group), given);
      for (InstructionSet set : KernelBench.sets()) {
        try (KernelBench bench = new KernelBench(set, 2)) {
          Map<String, Operand> byName = new HashMap<>();
          List<Operand> inputs = group.inputs().stream().map(i -> {
            Operand o = bench.of(given.get(i));
            byName.put(((dlt.op.Input) i.op()).name(), o);
            return o;
          }).toList();
          List<Operand> outputs = group.outputs().stream().map(o -> byName.get(o == graph.outputs().get("p") ? "p" : "m")).toList();
          PointwiseKernel.compile(bench.target, group, inputs, outputs).run();
          graph.outputs().forEach((name, node) -> assertThat(KernelBench.bits(byName.get(name))).isEqualTo(apart.get(node)));
        }
      }
    }
  }

  @Test
  void powersFollowMathPow() {
    double[] bases = {0, -0.0, 1, -1, 2, -2, 0.5, 3.7, 1e20, 1e-20, -1e20, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 1e-42};
    HostTensor x = HostTensor.ofDoubles(Shape.of(bases.length), bases).as(dlt.tensor.DType.FLOAT32);
    for (double exponent : new double[] {0, 1, 2, 3, -1, -2, -3, 0.5, -0.5, 1.5, -1.5, 4, 0.1}) {
      GraphBuilder g = new GraphBuilder();
      g.output("y", g.binary(Binary.Kind.POW, g.input("x", TensorType.float32(bases.length)), g.scalar(exponent)));
      List<Fusion.Group> groups = Fusion.groups(g.build());
      if (groups.isEmpty()) {
        continue;       // x^1 is x
      }
      Fusion.Group group = groups.getFirst();
      for (InstructionSet set : KernelBench.sets()) {
        try (KernelBench bench = new KernelBench(set, 1)) {
          Operand y = bench.empty(TensorType.float32(bases.length));
          PointwiseKernel.compile(bench.target, group, group.inputs().isEmpty() ? List.of() : List.of(bench.of(x)), List.of(y)).run();
          for (int i = 0; i < bases.length; i++) {
            float expected = (float) Math.pow((float) x.at(i), (float) exponent);
            float actual = KernelBench.floats(y)[i];
            assertThat(actual == expected || Float.isNaN(actual) && Float.isNaN(expected)
                || Math.abs(actual - expected) <= 2 * Math.ulp(expected)).as("%s ^ %s is %s, expected %s", x.at(i), exponent, actual, expected).isTrue();
          }
        }
      }
    }
  }

  @Test
  void maximaAndMinimaPassNanOnFromEitherSide() {
    float nan = Float.NaN;
    for (InstructionSet set : KernelBench.sets()) {
      try (KernelBench bench = new KernelBench(set, 1)) {
        for (Binary.Kind kind : List.of(Binary.Kind.MAX, Binary.Kind.MIN)) {
          GraphBuilder g = new GraphBuilder();
          Value a = g.input("a", TensorType.float32(4));
          Value b = g.input("b", TensorType.float32(4));
          g.output("y", g.binary(kind, a, b));
          g.output("z", g.binary(kind, a, g.scalar(1)));
          g.output("w", g.binary(kind, g.scalar(1), a));
          Fusion.Group group = Fusion.groups(g.build()).getFirst();
          List<Operand> outputs = group.outputs().stream().map(o -> bench.empty(o.type())).toList();
          Map<Node, Operand> inputs = Map.of((Node) a, bench.of(Shape.of(4), nan, 1, nan, 2), (Node) b, bench.of(Shape.of(4), 1, nan, nan, 3));
          PointwiseKernel.compile(bench.target, group, group.inputs().stream().map(inputs::get).toList(), outputs).run();
          for (Operand y : outputs) {
            assertThat(KernelBench.floats(y)[0]).isNaN();
            assertThat(KernelBench.floats(y)[2]).isNaN();
            assertThat(KernelBench.floats(y)[3]).isNotNaN();
          }
        }
      }
    }
  }
}
