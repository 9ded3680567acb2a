package dlt.backend.cpu;

import dlt.op.Slice;
import java.util.List;

/// Some elements of one dimension: a copy that begins inside the source.
final class SliceKernel {
  private SliceKernel() {}

  static Step compile(Target target, Slice op, List<Operand> inputs, Operand output) {
    Operand x = inputs.getFirst();
    long[] strides = x.shape().strides();
    return new StridedCopy(target, output.shape().toArray(), x, op.start() * strides[op.dim()], strides, output, 0,
        output.shape().strides()).step();
  }
}
