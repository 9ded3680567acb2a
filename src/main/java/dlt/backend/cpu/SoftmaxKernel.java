package dlt.backend.cpu;

import dlt.op.Softmax;
import java.util.List;

/// `exp(x - max) / sum(exp(x - max))` along a dimension.
final class SoftmaxKernel {
  private SoftmaxKernel() {}

  static Step compile(Target target, Softmax op, List<Operand> inputs, Operand output) {
    return Exponentials.compile(target, false, op.dim(), inputs.getFirst(), output);
  }
}
