package dlt.backend.cuda;

import dlt.op.Transpose;
import dlt.tensor.Shape;
import java.util.List;

/// Dimensions in another order: a copy whose source strides are permuted.
final class TransposeKernel {
  private TransposeKernel() {}

  static List<Launch> compile(Target target, Transpose op, List<Operand> in, Operand out) {
    Operand x = in.getFirst();
    Shape shape = out.type().shape();
    long[] strides = x.type().shape().strides();
    View from = new View(x.type().dtype(), x.address(), op.permutation().stream().mapToLong(d -> strides[d]).toArray());
    return StridedCopy.compile(target, shape.toArray(), from, View.broadcast(out, shape));
  }
}
