package dlt.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.backend.cuda.software.SoftwareDriver;
import dlt.backend.reference.ReferenceBackend;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.op.OpCase;
import dlt.op.OpCaseRunner;
import dlt.op.Reduce;
import dlt.op.Unary;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Kernels that are written for a program, at sizes around those of warps, blocks, tiles and slabs.
class WrittenKernelsTest {
  /// With an order of warps and blocks of its own.
  private static CudaBackend backend(int seed) {
    return new CudaBackend(new SoftwareDriver(SoftwareDriver.GPU, seed), SoftwareDriver.GPU, Precision.FLOAT32);
  }

  static Stream<OpCase> reductions() {
    List<OpCase> cases = new ArrayList<>();
    for (int n : new int[] {127, 128, 129, 255, 256, 257, 1023, 1024, 1025, 4096}) {
      cases.add(sum(List.of(1), 3, n));
      cases.add(sum(List.of(0), n, 3));
      cases.add(sum(List.of(0), 5, n));
    }
    for (int n : new int[] {16383, 16384, 16385, 70_000, 300_000}) {
      cases.add(sum(List.of(0), n));
    }
    cases.add(sum(List.of(0), 5000, 33));
    cases.add(sum(List.of(0), 70_000, 2));
    cases.add(sum(List.of(1), 70_000, 2));
    cases.add(sum(List.of(0, 2), 130, 3, 250));
    cases.add(sum(List.of(0, 2, 3), 9, 5, 31, 33));
    cases.add(sum(List.of(0), 0, 3));
    cases.add(sum(List.of(1), 0, 3));
    cases.add(new OpCase(new Unary(Unary.Kind.EXP), List.of(random(70_000)), false));
    cases.add(new OpCase(new Unary(Unary.Kind.NEG), List.of(random(70_001)), false));
    cases.add(new OpCase(new Unary(Unary.Kind.NEG), List.of(random(0, 5)), false));
    return cases.stream();
  }

  private static OpCase sum(List<Integer> dims, int... shape) {
    return new OpCase(new Reduce(Reduce.Kind.SUM, dims, false), List.of(random(shape)), false);
  }

  private static OpCase.Operand random(int... shape) {
    return new OpCase.Operand(TensorType.float32(shape), (random, i) -> 4 * random.uniform(i) - 2);
  }

  @ParameterizedTest
  @MethodSource("reductions")
  void largeOnesAgreeWithTheReferenceInAnyOrderOfWarps(OpCase c) {
    double[] values;
    try (CudaBackend one = backend(1)) {
      OpCaseRunner.assertMatchesReference(one, c);
      values = OpCaseRunner.run(one, c).toDoubles();
    }
    try (CudaBackend other = backend(99)) {
      assertThat(OpCaseRunner.run(other, c).toDoubles()).isEqualTo(values);
    }
  }

  @ParameterizedTest
  @EnumSource(Reduce.Kind.class)
  void groupsEndInReductionsOfRows(Reduce.Kind kind) {
    assertGroup(kind, List.of(1), 67, 1000);
    assertGroup(kind, List.of(1), 3, 40_000);
    assertGroup(kind, List.of(0, 2), 40, 6, 784);
  }

  @ParameterizedTest
  @EnumSource(Reduce.Kind.class)
  void groupsEndInReductionsOfColumns(Reduce.Kind kind) {
    assertGroup(kind, List.of(0), 1000, 67);
    assertGroup(kind, List.of(0), 40_000, 17);
  }

  /// A pointwise result, which is kept, and two reductions of it and of something else.
  private static void assertGroup(Reduce.Kind kind, List<Integer> dims, int... shape) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", TensorType.float32(shape));
    Value s = g.input("s", TensorType.float32(new Shape(Shape.of(shape).dims().subList(1, shape.length))));
    Value y = g.add(g.mul(x, 0.001), g.mul(s, 1));
    g.output("y", y);
    g.output("a", g.emit(new Reduce(kind, dims, false), y));
    g.output("b", g.emit(new Reduce(kind, dims, true), g.abs(x)));
    assertAgrees(g.build(), Map.of("x", values(0, 0.98, 1.02, shape), "s", values(1, 0.98, 1, s.shape().toArray())), Map.of());
  }

  /// As many parameters, small and large, as need several kernels: what is computed of them has different expressions.
  @Test
  void manyGroupsGoSideBySide() {
    GraphBuilder g = new GraphBuilder();
    Value rate = g.input("rate", TensorType.float32());
    Map<String, HostTensor> variables = new LinkedHashMap<>();
    for (int i = 0; i < 150; i++) {
      int[] shape = i % 3 == 0 ? new int[] {i + 1} : i % 3 == 1 ? new int[] {i, 7} : new int[] {3, 17 * i};
      Value p = g.variable("p" + i, TensorType.float32(shape));
      variables.put("p" + i, values(i, -1, 1, shape));
      Value next = i % 2 == 0 ? g.sub(p, g.mul(rate, g.square(p))) : g.mul(g.exp(p), rate);
      g.update(p, next);
      g.output("s" + i, g.sum(g.abs(p), p.shape().axes(), false));
    }
    assertAgrees(g.build(), Map.of("rate", values(0, 0.1, 0.2)), variables);
  }

  private static HostTensor values(int stream, double low, double high, int... shape) {
    Philox random = new Philox(3, stream, 0);
    HostTensor r = HostTensor.allocate(new TensorType(DType.FLOAT32, Shape.of(shape)));
    for (long i = 0; i < r.size(); i++) {
      r.set(i, low + (high - low) * random.uniform(i));
    }
    return r;
  }

  private static void assertAgrees(Graph graph, Map<String, HostTensor> inputs, Map<String, HostTensor> variables) {
    // a product's error grows with each of its factors
    long terms = inputs.values().stream().mapToLong(HostTensor::size).max().orElse(0) / 17;
    Map<String, HostTensor> expected = run(new ReferenceBackend(), graph, inputs, variables);
    Map<String, HostTensor> one = run(backend(1), graph, inputs, variables);
    Map<String, HostTensor> other = run(backend(99), graph, inputs, variables);
    expected.forEach((name, e) -> {
      assertThat(other.get(name).toDoubles()).as(name).isEqualTo(one.get(name).toDoubles());
      for (long i = 0; i < e.size(); i++) {
        double tolerance = (2e-5 + 0x1p-24 * terms) * Math.max(1e-3, Math.abs(e.at(i)));
        if (!(Math.abs(one.get(name).at(i) - e.at(i)) <= tolerance)) {
          fail("%s[%d] is %s, expected %s +- %s", name, i, one.get(name).at(i), e.at(i), tolerance);
        }
      }
    });
  }

  /// The outputs and the variables' next values. Closes the backend.
  private static Map<String, HostTensor> run(Backend backend, Graph graph, Map<String, HostTensor> inputs, Map<String, HostTensor> variables) {
    try (backend) {
      return results(backend, graph, inputs, variables);
    }
  }

  private static Map<String, HostTensor> results(Backend backend, Graph graph, Map<String, HostTensor> inputs, Map<String, HostTensor> variables) {
    Map<String, Buffer> buffers = new HashMap<>();
    variables.forEach((name, v) -> {
      buffers.put(name, backend.allocate(v.type()));
      buffers.get(name).write(v);
    });
    Map<String, HostTensor> r = new HashMap<>();
    try (Program program = backend.compile(graph, buffers)) {
      inputs.forEach((name, v) -> program.input(name).write(v));
      program.run();
      graph.outputs().keySet().forEach(name -> r.put(name, program.output(name).read()));
    }
    buffers.forEach((name, b) -> r.put(name, b.read()));
    return r;
  }
}
