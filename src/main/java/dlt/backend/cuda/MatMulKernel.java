package dlt.backend.cuda;

import dlt.op.MatMul;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Products of matrices by gemm.h. The batch goes to the rows where B has none and A is not transposed. [Tiling] chooses the
/// tile and the slices of k; the last two dimensions of A and B are read as they lie, by copies of 16 bytes where rows begin
/// at multiples of that, else by floats.
final class MatMulKernel {
  /// Dimensions of a batch that one launch goes through.
  private static final int DIMENSIONS = 4;

  private MatMulKernel() {}

  /// A matrix, or many, whose rows, as they lie, are `stride` floats apart.
  private record Matrix(long address, int stride, int[] batchStrides) {
    static Matrix of(Operand operand, long skipped, int[] batchStrides) {
      return new Matrix(operand.address() + skipped * Float.BYTES, operand.type().shape().dim(-1), batchStrides);
    }

    boolean aligned() {
      boolean r = address % 16 == 0 && stride % 4 == 0;
      for (int s : batchStrides) {
        r &= s % 4 == 0;
      }
      return r;
    }
  }

  static List<Launch> compile(Target target, MatMul op, List<Operand> in, Optional<Epilogue> epilogue, Operand out) {
    Shape a = in.get(0).type().shape();
    Shape b = in.get(1).type().shape();
    Shape y = out.type().shape();
    Product.check(op.name(), List.of(a, b, y));
    if (y.size() == 0) {
      return List.of();
    }
    boolean rows = !op.transposeA() && b.size(0, b.rank() - 2) == 1;
    int n = y.dim(-1);
    int m = rows ? Math.toIntExact(y.size() / n) : y.dim(-2);
    int k = a.dim(op.transposeA() ? -2 : -1);
    Batch batch = rows ? Batch.ONE : Batch.of(a, b);
    Batch inner = batch.inner(DIMENSIONS);
    int[] aStrides = inner.dimensions().reversed().stream().mapToInt(Batch.Dimension::aStride).toArray();
    int[] bStrides = inner.dimensions().reversed().stream().mapToInt(Batch.Dimension::bStride).toArray();
    List<Launch> r = new ArrayList<>();
    long address = out.address();
    for (int outer = 0; outer < batch.outer(DIMENSIONS).count(); outer++) {
      long[] skipped = batch.outer(DIMENSIONS).offsets(outer);
      Matrix left = Matrix.of(in.get(0), skipped[0], aStrides);
      Matrix right = Matrix.of(in.get(1), skipped[1], bStrides);
      for (int first = 0; first < inner.count(); first += Product.MOST) {
        int products = Math.min(Product.MOST, inner.count() - first);
        Strides places = Strides.of(Math.multiplyExact(m, n));
        Output output = Output.of(address, epilogue, Strides.of(n), Strides.of(1), n);
        r.addAll(op.transposeA() && op.transposeB()
            // the transposed result is B A, and is stored transposed
            ? launches(target, "nn", right, left, inner, first, Product.of(target, Tiling.Tile.ALL, n, m, k, products, places), output.transposed(m))
            : launches(target, (op.transposeA() ? "t" : "n") + (op.transposeB() ? "t" : "n"), left, right, inner, first,
                Product.of(target, Tiling.Tile.ALL, m, n, k, products, places), output));
        address += (long) products * m * n * Float.BYTES;
      }
    }
    return r;
  }

  private static List<Launch> launches(
      Target target, String transposed, Matrix a, Matrix b, Batch batch, int first, Product product, Output output) {
    return product.launches(target, "gemm", "gemm_" + transposed, arguments -> arguments.add(a.address()).add(b.address()), output,
        arguments -> {
          arguments.add(a.stride()).add(b.stride()).add(a.aligned() ? 1 : 0).add(b.aligned() ? 1 : 0).add(first);
          List<Batch.Dimension> sizes = batch.dimensions().reversed();
          for (int d = 0; d < DIMENSIONS; d++) {
            (d < sizes.size() ? Divisor.of(sizes.get(d).size()) : Divisor.NONE).addTo(arguments);
          }
          arguments.add(a.batchStrides(), DIMENSIONS, 0).add(b.batchStrides(), DIMENSIONS, 0);
        });
  }
}
