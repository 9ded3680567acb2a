package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.reference.ReferenceBackend;
import dlt.op.OpCaseRunner;
import dlt.op.Reduce;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReduceKernelTest {
  private record Case(Shape shape, List<Integer> dims) {}

  private static List<Case> cases() {
    List<Case> r = new ArrayList<>();
    int[] sizes = {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 200, 255, 256, 257, 300, 511, 513};
    for (int n : sizes) {
      r.add(new Case(Shape.of(n), List.of(0)));
      r.add(new Case(Shape.of(5, n), List.of(1)));
      r.add(new Case(Shape.of(n, 5), List.of(0)));
      r.add(new Case(Shape.of(3, n), List.of(0)));
      r.add(new Case(Shape.of(2, 3, n), List.of(1)));
      r.add(new Case(Shape.of(2, n, 3), List.of(1)));
      r.add(new Case(Shape.of(3, 5, n), List.of(0, 2)));
    }
    for (int axes = 0; axes < 16; axes++) {
      List<Integer> dims = new ArrayList<>();
      for (int d = 0; d < 4; d++) {
        if ((axes >> d & 1) == 1) {
          dims.add(d);
        }
      }
      r.add(new Case(Shape.of(3, 4, 5, 6), dims));
      r.add(new Case(Shape.of(2, 1, 17, 1), dims));
    }
    r.add(new Case(Shape.of(4096), List.of(0)));
    r.add(new Case(Shape.of(3, 9000), List.of(1)));
    r.add(new Case(Shape.of(3000, 17), List.of(0)));
    r.add(new Case(Shape.of(20, 33, 300), List.of(1)));
    r.add(new Case(Shape.of(70000), List.of(0)));
    r.add(new Case(Shape.of(0, 3), List.of(0)));
    r.add(new Case(Shape.of(3, 0), List.of(0)));
    return r;
  }

  private static HostTensor draw(Shape shape, double low, double high) {
    HostTensor x = HostTensor.allocate(TensorType.float32(shape));
    Philox random = new Philox(5, (int) shape.size(), shape.rank());
    for (long i = 0; i < x.size(); i++) {
      x.set(i, low + (high - low) * random.uniform(i));
    }
    return x;
  }

  private static Operand reduce(KernelBench bench, Reduce op, HostTensor x) {
    Operand y = bench.empty(op.infer(List.of(x.type())));
    Step step = ReduceKernel.compile(bench.target, op, List.of(bench.of(x)), y);
    step.run();
    step.run();
    bench.assertNothingElseWritten();
    return y;
  }

  @ParameterizedTest
  @EnumSource
  void everyInstructionSetAndNumberOfThreadsGivesTheBitsOfTheTwin(Reduce.Kind kind) {
    try (KernelBench twin = new KernelBench(InstructionSet.JAVA, 1); ReferenceBackend reference = new ReferenceBackend()) {
      for (Case c : cases()) {
        if (c.shape.size() == 0 && (kind == Reduce.Kind.MAX || kind == Reduce.Kind.MIN)) {
          continue;     // there is none of nothing
        }
        Reduce op = new Reduce(kind, c.dims, false);
        HostTensor x = kind == Reduce.Kind.PROD ? draw(c.shape, 0.99, 1.01) : draw(c.shape, -1, 3);
        Operand expected = reduce(twin, op, x);
        double[] exact = OpCaseRunner.run(reference, op, List.of(x)).toDoubles();
        double rounding = 1e-6 + 1e-7 * Math.sqrt(x.size());
        for (int i = 0; i < exact.length; i++) {
          assertThat((double) KernelBench.floats(expected)[i]).as("%s %s", c, kind).isCloseTo(exact[i], within(rounding * (1 + Math.abs(exact[i]))));
        }
        for (InstructionSet set : KernelBench.sets()) {
          for (int threads = 1; threads <= 3; threads += x.size() > 10000 ? 1 : 3) {
            try (KernelBench bench = new KernelBench(set, threads)) {
              assertThat(KernelBench.bits(reduce(bench, op, x))).as("%s %s %s %s threads", c, kind, set, threads).isEqualTo(KernelBench.bits(expected));
            }
          }
        }
      }
    }
  }

  @Test
  void sumsOfAMillionElementsKeepTheirDigits() {
    for (Shape shape : List.of(Shape.of(1 << 20), Shape.of(1 << 18, 4), Shape.of(3, 1 << 19))) {
      for (int dim = 0; dim < shape.rank(); dim++) {
        HostTensor x = draw(shape, 0, 1);
        Reduce op = new Reduce(Reduce.Kind.SUM, List.of(dim), false);
        try (KernelBench bench = new KernelBench(InstructionSet.best(), 2); ReferenceBackend reference = new ReferenceBackend()) {
          float[] y = KernelBench.floats(reduce(bench, op, x));
          double[] exact = OpCaseRunner.run(reference, op, List.of(x)).toDoubles();
          for (int i = 0; i < y.length; i++) {
            assertThat((double) y[i]).isCloseTo(exact[i], within(1e-6 * exact[i]));
          }
        }
      }
    }
  }

  @Test
  void maximaAndMinimaPassNanOnWhereverItStands() {
    for (InstructionSet set : KernelBench.sets()) {
      try (KernelBench bench = new KernelBench(set, 1)) {
        for (Reduce.Kind kind : List.of(Reduce.Kind.MAX, Reduce.Kind.MIN)) {
          for (int at = 0; at < 150; at++) {
            HostTensor x = draw(Shape.of(150), -1, 1);
            x.set(at, Double.NaN);
            assertThat(KernelBench.floats(reduce(bench, new Reduce(kind, List.of(0), false), x))[0]).isNaN();
            HostTensor columns = x.reshape(Shape.of(50, 3));
            float[] y = KernelBench.floats(reduce(bench, new Reduce(kind, List.of(0), false), columns));
            for (int c = 0; c < 3; c++) {
              assertThat(Float.isNaN(y[c])).isEqualTo(c == at % 3);
            }
          }
        }
      }
    }
  }
}
