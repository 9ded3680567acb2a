package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.Program;
import dlt.graph.GraphBuilder;
import dlt.op.AvgPool2d;
import dlt.op.AvgPool2dGrad;
import dlt.op.MaxPool2d;
import dlt.op.MaxPool2dGrad;
import dlt.op.Nhwc;
import dlt.op.Op;
import dlt.op.OpCase;
import dlt.op.OpCaseRunner;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PoolTest {
  private record Pool(int n, int c, int h, int w, int kh, int kw, Window window) {
    List<OpCase> cases(OpCase.Values values) {
      TensorType x = TensorType.float32(n, c, h, w);
      TensorType y = TensorType.float32(n, c, window.outHeight(h, kh), window.outWidth(w, kw));
      List<OpCase> cases = new ArrayList<>();
      cases.add(of(new MaxPool2d(window, kh, kw), values, x));
      cases.add(of(new MaxPool2dGrad(window, kh, kw), values, x, y));
      for (boolean countPadding : new boolean[] {false, true}) {
        if (window.dilationH() == 1 && window.dilationW() == 1) {
          AvgPool2d average = new AvgPool2d(window, kh, kw, countPadding, 0, 0);
          cases.add(of(average, values, x));
          cases.add(of(new AvgPool2dGrad(average, h, w), values, y));
        }
      }
      return cases;
    }

    /// The same, channels-last.
    List<OpCase> channelsLast(OpCase.Values values) {
      return cases(values).stream().map(c -> {
        List<OpCase.Operand> operands = c.operands().stream().map(o -> new OpCase.Operand(channelsLast(o.type()), o.values())).toList();
        return new OpCase(new Nhwc(c.op(), Collections.nCopies(operands.size(), true), true), operands, false);
      }).toList();
    }

    private static TensorType channelsLast(TensorType t) {
      return TensorType.float32(t.shape().dim(0), t.shape().dim(2), t.shape().dim(3), t.shape().dim(1));
    }

    List<OpCase> both(OpCase.Values values) {
      return Stream.concat(cases(values).stream(), channelsLast(values).stream()).toList();
    }
  }

  private static OpCase of(Op op, OpCase.Values values, TensorType... operands) {
    return new OpCase(op, Arrays.stream(operands).map(t -> new OpCase.Operand(t, values)).toList(), false);
  }

  private static List<Pool> pools() {
    List<Pool> pools = new ArrayList<>();
    for (int w = 2; w <= 40; w++) {
      pools.add(new Pool(1, 3, 4, w, 2, 2, Window.of(2, 2, 0, 0, 1, 1)));
      pools.add(new Pool(3, 1, 3, w, 3, 2, Window.of(1, 2, 1, 1, 1, 1)));
    }
    for (int planes : new int[] {1, 2, 7, 8, 9, 15, 16, 17, 33}) {
      pools.add(new Pool(planes, 1, 5, 6, 3, 3, Window.of(2, 2, 1, 1, 1, 1)));
      pools.add(new Pool(1, planes, 6, 5, 2, 3, Window.of(1, 1, 0, 0, 1, 1)));
    }
    for (int stride = 1; stride <= 4; stride++) {
      pools.add(new Pool(2, 9, 9, 10, 3, 3, Window.of(stride, stride, 1, 0, 1, 1)));
      pools.add(new Pool(2, 9, 11, 10, 3, 2, Window.of(stride, 1, 1, 1, 2, 3)));
      pools.add(new Pool(2, 9, 10, 11, 2, 3, new Window(1, stride, 0, 1, 1, 0, 1, 1)));
    }
    // several bands of rows an image
    pools.add(new Pool(1, 70, 41, 30, 3, 3, Window.of(2, 2, 1, 1, 1, 1)));
    pools.add(new Pool(2, 64, 40, 30, 2, 2, Window.of(2, 2, 0, 0, 1, 1)));
    pools.add(new Pool(1, 33, 60, 31, 3, 2, Window.of(1, 3, 1, 1, 3, 1)));
    pools.add(new Pool(2, 3, 7, 7, 7, 7, Window.of(1, 1, 0, 0, 1, 1)));
    pools.add(new Pool(2, 3, 4, 4, 1, 1, Window.of(2, 2, 0, 0, 1, 1)));
    return pools;
  }

  static Stream<InstructionSet> sets() {
    return Arrays.stream(InstructionSet.values()).filter(InstructionSet::supported);
  }

  @ParameterizedTest
  @MethodSource("sets")
  void allPoolsMatchTheReference(InstructionSet set) {
    try (CpuBackend backend = new CpuBackend(2, set)) {
      pools().stream().flatMap(p -> p.both((random, i) -> 4 * random.uniform(i) - 2).stream())
          .forEach(c -> OpCaseRunner.assertMatchesReference(backend, c));
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void gradientOfMaxPoolGoesToTheFirstLargestElement(InstructionSet set) {
    try (CpuBackend backend = new CpuBackend(2, set)) {
      pools().stream().flatMap(p -> p.both((random, i) -> Math.floor(3 * random.uniform(i))).stream())
          .forEach(c -> OpCaseRunner.assertMatchesReference(backend, c));
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void theFirstNaNIsTheLargestAndMinusInfinityTheSmallest(InstructionSet set) {
    double[] values = {Double.NaN, 1, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, -0.0, 0.0, Double.NEGATIVE_INFINITY};
    OpCase.Values any = (random, i) -> values[(int) (values.length * random.uniform(i))];
    try (CpuBackend backend = new CpuBackend(2, set)) {
      for (Pool pool : pools()) {
        for (List<OpCase> cases : List.of(pool.cases(any), pool.channelsLast(any))) {
          OpCaseRunner.assertMatchesReference(backend, cases.get(0));
          OpCase ones = cases.get(1);
          OpCase.Operand gradient = new OpCase.Operand(ones.operands().get(1).type(), (random, i) -> 1 + i % 5);
          OpCaseRunner.assertMatchesReference(backend, new OpCase(ones.op(), List.of(ones.operands().get(0), gradient), false));
        }
      }
    }
  }

  /// Stores go past the caches.
  @ParameterizedTest
  @MethodSource("sets")
  void gradientThatNoCacheHoldsIsThatOfTheTwin(InstructionSet set) {
    OpCase c = new Pool(1, 64, 262, 262, 3, 3, Window.of(2, 2, 1, 1, 1, 1)).channelsLast((random, i) -> 4 * random.uniform(i) - 2).get(1);
    try (CpuBackend backend = new CpuBackend(2, set); CpuBackend twin = new CpuBackend(2, InstructionSet.JAVA)) {
      assertThat(OpCaseRunner.run(backend, c).toFloats()).isEqualTo(OpCaseRunner.run(twin, c).toFloats());
    }
  }

  /// In one program the gradient asks the pool where its maxima were; by itself it looks for them.
  @ParameterizedTest
  @MethodSource("sets")
  void gradientAfterItsPoolIsThatOfTheGradientAlone(InstructionSet set) {
    double[] values = {Double.NaN, 1, Double.NEGATIVE_INFINITY, -0.0, 0.0, 2, Double.NEGATIVE_INFINITY};
    OpCase.Values any = (random, i) -> values[(int) (values.length * random.uniform(i))];
    OpCase.Values numbers = (random, i) -> Math.floor(9 * random.uniform(i));
    try (CpuBackend backend = new CpuBackend(2, set); CpuBackend twin = new CpuBackend(2, InstructionSet.JAVA)) {
      for (Pool pool : pools()) {
        for (List<OpCase> cases : List.of(pool.cases(any), pool.channelsLast(any))) {
          OpCase max = cases.get(0);
          OpCase grad = cases.get(1);
          HostTensor x = max.draw().getFirst();
          OpCase.Operand gradient = new OpCase.Operand(grad.operands().get(1).type(), numbers);
          HostTensor dy = new OpCase(grad.op(), List.of(grad.operands().getFirst(), gradient), false).draw().getLast();
          assertThat(together(backend, max.op(), grad.op(), x, dy)).as("%s", grad).isEqualTo(together(twin, max.op(), grad.op(), x, dy));
        }
      }
    }
  }

  private static List<String> together(CpuBackend backend, Op max, Op grad, HostTensor x, HostTensor dy) {
    GraphBuilder b = new GraphBuilder();
    Value images = b.input("x", x.type());
    b.output("y", b.emit(max, List.of(images)));
    b.output("dx", b.emit(grad, List.of(images, b.input("dy", dy.type()))));
    try (Program program = backend.compile(b.build(), Map.of())) {
      program.input("x").write(x);
      program.input("dy").write(dy);
      program.run();
      return List.of(Arrays.toString(program.output("y").read().toFloats()), Arrays.toString(program.output("dx").read().toFloats()));
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void theBitsDoNotDependOnTheNumberOfThreads(InstructionSet set) {
    for (OpCase c : new Pool(5, 17, 9, 10, 3, 3, Window.of(2, 2, 1, 1, 1, 1)).both((random, i) -> random.uniform(i))) {
      float[] one = null;
      for (int threads = 1; threads <= 3; threads++) {
        try (CpuBackend backend = new CpuBackend(threads, set)) {
          float[] bits = OpCaseRunner.run(backend, c).toFloats();
          one = one == null ? bits : one;
          assertThat(bits).as("%s, %d threads", c, threads).isEqualTo(one);
        }
      }
    }
  }
}
