package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.op.MatMul;
import dlt.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Matrix products.
final class MatMulKernel {
  private MatMulKernel() {}

  static Step compile(Target target, MatMul op, List<Operand> inputs, Operand output) {
    Shape c = output.shape();
    int m = c.dim(-2);
    int n = c.dim(-1);
    Shape a = inputs.get(0).shape();
    Shape b = inputs.get(1).shape();
    int k = a.dim(op.transposeA() ? -2 : -1);
    MemorySegment x = inputs.get(0).data();
    MemorySegment y = inputs.get(1).data();
    MemorySegment z = output.data();
    int batches = Math.toIntExact(c.size(0, c.rank() - 2));
    long[] strides = new Shape(c.dims().subList(0, c.rank() - 2)).strides();
    return () -> {
      for (int i = 0; i < batches; i++) {
        long ao = offset(c, strides, a, i);
        long bo = offset(c, strides, b, i);
        for (int row = 0; row < m; row++) {
          for (int col = 0; col < n; col++) {
            float sum = 0;
            for (int j = 0; j < k; j++) {
              float xv = x.getAtIndex(JAVA_FLOAT, ao + (op.transposeA() ? (long) j * m + row : (long) row * k + j));
              float yv = y.getAtIndex(JAVA_FLOAT, bo + (op.transposeB() ? (long) col * k + j : (long) j * n + col));
              sum = Math.fma(xv, yv, sum);
            }
            z.setAtIndex(JAVA_FLOAT, ((long) i * m + row) * n + col, sum);
          }
        }
      }
    };
  }

  /// Where the matrix that is broadcast to batch `i` of `c` begins.
  private static long offset(Shape c, long[] strides, Shape operand, int i) {
    long[] own = operand.strides();
    int lead = c.rank() - operand.rank();
    long offset = 0;
    for (int d = 0; d < strides.length; d++) {
      long index = i / strides[d] % c.dim(d);
      if (d >= lead && operand.dim(d - lead) != 1) {
        offset += index * own[d - lead];
      }
    }
    return offset;
  }
}
