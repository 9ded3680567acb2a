package dlt.backend.cpu;

import dlt.op.Transpose;
import java.util.List;

/// Dimensions in another order: a copy whose source strides are permuted.
final class TransposeKernel {
  private TransposeKernel() {}

  static Step compile(Target target, Transpose op, List<Operand> inputs, Operand output) {
    Operand x = inputs.getFirst();
    long[] strides = x.shape().strides();
    long[] from = op.permutation().stream().mapToLong(d -> strides[d]).toArray();
    return new StridedCopy(target, output.shape().toArray(), x, 0, from, output, 0, output.shape().strides()).step();
  }
}
