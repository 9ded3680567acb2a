package dlt.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlt.op.MatMul;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@SuppressWarnings("resource")
class MatMulKernelTest {
  /// Around the edges of lanes (8, 16), panels (16, 32), tiles (6, 14, 28), blocks (768, 4096) and splits (6144, 16384); a B of more
  /// than 8 MB.
  private static final int[][] SIZES = {
    {1, 1, 1}, {1, 1, 7}, {1, 1, 20_000}, {2, 3, 5}, {7, 9, 16}, {8, 8, 8}, {6, 15, 17}, {7, 16, 31}, {13, 17, 33}, {14, 32, 64},
    {15, 33, 65}, {28, 10, 100}, {29, 10, 129}, {32, 64, 30}, {32, 2, 64}, {64, 32, 30}, {1, 100, 50}, {100, 1, 50}, {3, 200, 128},
    {200, 3, 128}, {128, 10, 784}, {10, 784, 128}, {128, 784, 10}, {71, 129, 70}, {150, 140, 769}, {64, 65, 1537}, {10, 7, 4097},
    {70, 40, 4111}, {9, 11, 16_400}, {300, 70, 66}, {33, 530, 90}, {257, 259, 261}, {70, 2750, 800},
    {70, 345, 6150},
    // lines of a whole number of pages: packed
    {131, 1024, 70}, {130, 140, 1024}, {1024, 130, 70}, {115, 3072, 690},
    // one side short, the larger operand more than half a MB
    {130, 10, 1100}, {131, 13, 1031}, {40, 16, 4111}, {601, 2, 256}, {130, 1100, 10}, {17, 9001, 32}, {513, 300, 1}, {16, 8208, 3},
    {10, 1100, 130}, {2, 300, 601}, {12, 1031, 131}, {6, 264, 513}
  };

  @ParameterizedTest
  @EnumSource
  void productsOfAllSizesAndTranspositions(InstructionSet set) {
    assumeTrue(InstructionSet.supported(set));
    try (CodeMemory code = new CodeMemory(); Workers one = new Workers(1); Workers three = new Workers(3)) {
      for (int[] s : SIZES) {
        for (int t = 0; t < 4; t++) {
          check(set, code, one, three, new MatMul(t % 2 == 1, t / 2 == 1), s[0], s[1], s[2], Shape.SCALAR, Shape.SCALAR);
        }
      }
    }
  }

  /// Both kinds of kernels for rows of A with rows of B.
  @ParameterizedTest
  @EnumSource
  void productsEndInABiasAndARelu(InstructionSet set) {
    assumeTrue(InstructionSet.supported(set));
    try (CodeMemory code = new CodeMemory(); Workers workers = new Workers(2); Arena arena = Arena.ofShared()) {
      Target target = new Target(set, workers, code, arena);
      for (int[] s : new int[][] {{130, 10, 1100}, {40, 3, 4111}, {33, 10, 200}, {70, 130, 60}}) {
        Operand a = random(arena, Shape.of(s[0], s[2]), 1);
        Operand b = random(arena, Shape.of(s[1], s[2]), 2);
        Operand bias = random(arena, Shape.of(s[1]), 3);
        MatMul op = new MatMul(false, true);
        for (boolean relu : new boolean[] {false, true}) {
          Operand c = random(arena, Shape.of(s[0], s[1]), 4);
          MatMulKernel.compile(target, op, List.of(a, b), Optional.of(new Epilogue(bias, relu)), c).run();
          double[] expected = expected(op, a, b, c.shape(), s[0], s[1], s[2]);
          for (int i = 0; i < expected.length; i++) {
            double sum = expected[i] + bias.data().getAtIndex(ValueLayout.JAVA_FLOAT, i % s[1]);
            assertThat((double) c.data().getAtIndex(ValueLayout.JAVA_FLOAT, i)).as("%s %s at %d", set, c.shape(), i)
                .isCloseTo(relu ? Math.max(sum, 0) : sum, within(1e-6 + 1e-7 * s[2]));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void leadingDimensionsBroadcast(InstructionSet set) {
    assumeTrue(InstructionSet.supported(set));
    try (CodeMemory code = new CodeMemory(); Workers one = new Workers(1); Workers three = new Workers(3)) {
      Shape[][] leading = {
        {Shape.of(5), Shape.of(5)}, {Shape.of(5), Shape.SCALAR}, {Shape.SCALAR, Shape.of(5)}, {Shape.of(2, 1), Shape.of(3)},
        {Shape.of(2, 3), Shape.of(1, 3)}
      };
      for (Shape[] l : leading) {
        for (int t = 0; t < 4; t++) {
          check(set, code, one, three, new MatMul(t % 2 == 1, t / 2 == 1), 17, 70, 65, l[0], l[1]);
        }
      }
    }
  }

  /// One and three threads give the same bits, and all are near the float64 sum.
  private static void check(InstructionSet set, CodeMemory code, Workers one, Workers three, MatMul op, int m, int n, int k, Shape leadA,
      Shape leadB) {
    try (Arena arena = Arena.ofShared()) {
      Operand a = random(arena, matrix(leadA, op.transposeA() ? k : m, op.transposeA() ? m : k), 1);
      Operand b = random(arena, matrix(leadB, op.transposeB() ? n : k, op.transposeB() ? k : n), 2);
      TensorType type = op.infer(List.of(a.type(), b.type()));
      // whatever lies around the result stays
      MemorySegment guarded = arena.allocate(type.bytes() + 256, 64).fill((byte) 0x5a);
      Operand c = new Operand(type, guarded.asSlice(128, type.bytes()));
      MatMulKernel.compile(new Target(set, one, code, arena), op, List.of(a, b), Optional.empty(), c).run();
      float[] first = c.data().toArray(ValueLayout.JAVA_FLOAT);
      c.data().fill((byte) 0xff);
      Step again = MatMulKernel.compile(new Target(set, three, code, arena), op, List.of(a, b), Optional.empty(), c);
      again.run();
      again.run();
      String what = set + " " + op + " " + a.shape() + " " + b.shape();
      assertThat(c.data().toArray(ValueLayout.JAVA_FLOAT)).as(what).isEqualTo(first);
      for (int i = 0; i < 128; i++) {
        assertThat(guarded.get(ValueLayout.JAVA_BYTE, i)).as(what).isEqualTo((byte) 0x5a);
        assertThat(guarded.get(ValueLayout.JAVA_BYTE, 128 + type.bytes() + i)).as(what).isEqualTo((byte) 0x5a);
      }
      double[] expected = expected(op, a, b, type.shape(), m, n, k);
      // partial sums grow with the root of k, and so does the sum of their rounding errors
      double tolerance = 1e-6 + 1e-7 * k;
      for (int i = 0; i < first.length; i++) {
        if (!(Math.abs(first[i] - expected[i]) <= tolerance)) {
          throw new AssertionError(what + " at " + i + ": " + first[i] + ", expected " + expected[i]);
        }
      }
    }
  }

  private static Shape matrix(Shape leading, int rows, int columns) {
    return leading.insert(leading.rank(), rows).insert(leading.rank() + 1, columns);
  }

  private static Operand random(Arena arena, Shape shape, int stream) {
    HostTensor t = HostTensor.allocate(arena, TensorType.float32(shape));
    Philox philox = new Philox(7, stream, 0);
    for (int i = 0; i < shape.size(); i++) {
      t.set(i, 2 * philox.uniform(i) - 1);
    }
    return new Operand(t.type(), t.data());
  }

  private static double[] expected(MatMul op, Operand a, Operand b, Shape shape, int m, int n, int k) {
    double[] r = new double[(int) shape.size()];
    Shape lead = new Shape(shape.dims().subList(0, shape.rank() - 2));
    long[] strides = lead.strides();
    for (int batch = 0; batch < lead.size(); batch++) {
      long atA = 0;
      long atB = 0;
      for (int d = 0; d < lead.rank(); d++) {
        long index = batch / strides[d] % lead.dim(d);
        atA += index * stride(a.shape(), d - lead.rank() - 2);
        atB += index * stride(b.shape(), d - lead.rank() - 2);
      }
      float[] x = a.data().toArray(ValueLayout.JAVA_FLOAT);
      float[] y = b.data().toArray(ValueLayout.JAVA_FLOAT);
      for (int i = 0; i < m; i++) {
        for (int p = 0; p < k; p++) {
          double v = x[(int) (atA + (op.transposeA() ? p * m + i : i * k + p))];
          int at = (int) (atB + (op.transposeB() ? p : p * n));
          int step = op.transposeB() ? k : 1;
          int to = (batch * m + i) * n;
          for (int j = 0; j < n; j++) {
            r[to + j] += v * y[at + j * step];
          }
        }
      }
    }
    return r;
  }

  private static long stride(Shape shape, int d) {
    return -d > shape.rank() || shape.dim(d) == 1 ? 0 : shape.strides()[shape.axis(d)];
  }
}
