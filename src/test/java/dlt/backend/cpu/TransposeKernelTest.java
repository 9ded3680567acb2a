package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.op.Transpose;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransposeKernelTest {
  private static void check(InstructionSet set, Shape shape, List<Integer> permutation, DType dtype) {
    try (KernelBench bench = new KernelBench(set, 2)) {
      Transpose op = new Transpose(permutation);
      TensorType type = new TensorType(dtype, shape);
      Operand x = bench.empty(type);
      Operand y = bench.empty(op.infer(List.of(type)));
      int bytes = dtype.bytes();
      for (long i = 0; i < shape.size(); i++) {
        if (bytes == 4) {
          x.data().setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, i, i);
        } else {
          x.data().setAtIndex(java.lang.foreign.ValueLayout.JAVA_LONG, i, i);
        }
      }
      TransposeKernel.compile(bench.target, op, List.of(x), y).run();
      bench.assertNothingElseWritten();
      long[] from = shape.strides();
      long[] to = y.shape().strides();
      for (long i = 0; i < shape.size(); i++) {
        long source = 0;
        for (int d = 0; d < to.length; d++) {
          source += i / to[d] % y.shape().dim(d) * from[permutation.get(d)];
        }
        long actual = bytes == 4 ? (long) y.data().getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, i)
            : y.data().getAtIndex(java.lang.foreign.ValueLayout.JAVA_LONG, i);
        if (actual != source) {
          assertThat(actual).as("element %d of %s by %s on %s", i, shape, permutation, set).isEqualTo(source);
        }
      }
    }
  }

  @Test
  void matricesOfEverySizeAroundTheLanesAreTurned() {
    for (InstructionSet set : KernelBench.sets()) {
      for (int m : new int[] {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100}) {
        for (int n : new int[] {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100}) {
          check(set, Shape.of(m, n), List.of(1, 0), DType.FLOAT32);
        }
      }
      check(set, Shape.of(300, 517), List.of(1, 0), DType.FLOAT32);
      check(set, Shape.of(300, 117), List.of(1, 0), DType.INT64);
    }
  }

  @Test
  void anyPermutationIsFollowed() {
    for (InstructionSet set : KernelBench.sets()) {
      for (List<Integer> p : List.of(List.of(0, 2, 3, 1), List.of(0, 3, 1, 2), List.of(3, 2, 1, 0), List.of(1, 0, 2, 3), List.of(0, 2, 1, 3), List.of(2, 0, 3, 1))) {
        check(set, Shape.of(3, 17, 5, 19), p, DType.FLOAT32);
        check(set, Shape.of(2, 3, 40, 33), p, DType.FLOAT32);
        check(set, Shape.of(2, 3, 4, 5), p, DType.INT64);
      }
    }
  }
}
