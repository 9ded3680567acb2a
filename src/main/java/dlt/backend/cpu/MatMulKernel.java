package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.op.MatMul;
import dlt.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Matrix products: [Gemm], or its twin in Java, which adds to rows of C one row of B after the other, so that the inner loop
/// runs along both.
final class MatMulKernel {
  /// Rows of C that the twin keeps while it goes through B.
  private static final int TWIN_ROWS = 4;
  private static final int TWIN_COLUMNS = 512;

  private MatMulKernel() {}

  static Step compile(Target target, MatMul op, List<Operand> inputs, Optional<Epilogue> epilogue, Operand output) {
    Operand x = inputs.get(0);
    Operand y = inputs.get(1);
    Shape a = x.shape();
    Shape b = y.shape();
    Shape c = output.shape();
    int m = c.dim(-2);
    int n = c.dim(-1);
    int k = a.dim(op.transposeA() ? -2 : -1);
    long batches = c.size(0, c.rank() - 2);
    Gemm.Layout rowsA = op.transposeA() ? Gemm.Layout.columns(m) : Gemm.Layout.rows(k);
    Gemm.Layout rowsB = op.transposeB() ? Gemm.Layout.columns(k) : Gemm.Layout.rows(n);
    if (b.size(0, b.rank() - 2) == 1 && a.size(0, a.rank() - 2) == batches && !op.transposeA()) {
      // one B for all: the batches are more rows
      m = Math.toIntExact(m * batches);
      batches = 1;
    }
    long[] atA = new long[Math.toIntExact(batches)];
    long[] atB = new long[atA.length];
    long[] atC = new long[atA.length];
    for (int i = 0; i < atA.length; i++) {
      atA[i] = 4 * offset(c, a, i);
      atB[i] = 4 * offset(c, b, i);
      atC[i] = 4L * i * m * n;
    }
    Gemm.Size size = new Gemm.Size(m, n, k, rowsA, rowsB, n, epilogue.isPresent(), epilogue.isPresent() && epilogue.get().relu());
    MemorySegment bias = epilogue.map(e -> e.bias().data()).orElse(MemorySegment.NULL);
    // an empty sum is nobody's kernel
    if (!target.emits() || k == 0) {
      return twin(target, size, x.data(), y.data(), output.data(), bias, atA, atB, atC);
    }
    if (atA.length == 1 && ThinGemm.fits(target.instructionSet(), size)) {
      return ThinGemm.step(target, size, x.address(), y.address(), output.address(), bias.address());
    }
    return new Gemm(target, size, atA.length).step(add(atA, x), add(atB, y), add(atC, output), bias.address());
  }

  private static long[] add(long[] offsets, Operand operand) {
    return Arrays.stream(offsets).map(o -> operand.address() + o).toArray();
  }

  /// Where in `operand` the matrix that is broadcast to batch `i` of `c` begins, in floats.
  private static long offset(Shape c, Shape operand, int i) {
    long[] strides = operand.strides();
    int lead = c.rank() - operand.rank();
    long offset = 0;
    long rest = i;
    for (int d = c.rank() - 3; d >= 0; d--) {
      if (d >= lead && operand.dim(d - lead) != 1) {
        offset += rest % c.dim(d) * strides[d - lead];
      }
      rest /= c.dim(d);
    }
    return offset;
  }

  static Step twin(Target target, Gemm.Size size, MemorySegment a, MemorySegment b, MemorySegment c, MemorySegment bias, long[] atA,
      long[] atB, long[] atC) {
    int rowParts = Math.ceilDiv(size.m(), TWIN_ROWS);
    int columnParts = Math.ceilDiv(size.n(), TWIN_COLUMNS);
    return () -> target.workers().run(atA.length * rowParts * columnParts, part -> {
      int matrix = part / (rowParts * columnParts);
      int row = part / columnParts % rowParts * TWIN_ROWS;
      int column = part % columnParts * TWIN_COLUMNS;
      twin(size, a.asSlice(atA[matrix]), b.asSlice(atB[matrix]), c.asSlice(atC[matrix]), bias, row, Math.min(TWIN_ROWS, size.m() - row),
          column, Math.min(TWIN_COLUMNS, size.n() - column));
    });
  }

  private static void twin(Gemm.Size size, MemorySegment a, MemorySegment b, MemorySegment c, MemorySegment bias, int row, int rows,
      int column, int columns) {
    float[][] sums = new float[rows][columns];
    for (int i = 0; i < rows && size.biased(); i++) {
      MemorySegment.copy(bias, JAVA_FLOAT, 4L * column, sums[i], 0, columns);
    }
    float[] line = new float[columns];
    for (int k = 0; k < size.k(); k++) {
      long from = k * size.b().row() + column * size.b().column();
      if (size.b().column() == 1) {
        MemorySegment.copy(b, JAVA_FLOAT, 4 * from, line, 0, columns);
      } else {
        for (int j = 0; j < columns; j++) {
          line[j] = b.getAtIndex(JAVA_FLOAT, from + j * size.b().column());
        }
      }
      for (int i = 0; i < rows; i++) {
        float x = a.getAtIndex(JAVA_FLOAT, (row + i) * size.a().row() + k * size.a().column());
        float[] sum = sums[i];
        for (int j = 0; j < columns; j++) {
          sum[j] += x * line[j];
        }
      }
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns && size.relu(); j++) {
        sums[i][j] = Math.max(sums[i][j], 0);
      }
      MemorySegment.copy(sums[i], 0, c, JAVA_FLOAT, 4 * ((row + i) * size.cRow() + column), columns);
    }
  }
}
