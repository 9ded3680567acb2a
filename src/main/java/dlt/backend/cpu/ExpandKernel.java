package dlt.backend.cpu;

import dlt.op.Expand;
import java.util.List;

/// Broadcasting as a copy: a source dimension of size 1 is walked with stride 0.
final class ExpandKernel {
  private ExpandKernel() {}

  static Step compile(Target target, Expand op, List<Operand> inputs, Operand output) {
    Operand x = inputs.getFirst();
    int lead = output.shape().rank() - x.shape().rank();
    long[] strides = x.shape().strides();
    long[] from = new long[output.shape().rank()];
    for (int d = lead; d < from.length; d++) {
      from[d] = x.shape().dim(d - lead) == 1 ? 0 : strides[d - lead];
    }
    return new StridedCopy(target, output.shape().toArray(), x, 0, from, output, 0, output.shape().strides()).step();
  }
}
