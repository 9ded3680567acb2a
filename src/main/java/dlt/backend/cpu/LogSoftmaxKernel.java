package dlt.backend.cpu;

import dlt.op.LogSoftmax;
import java.util.List;

/// `x - max - log(sum(exp(x - max)))` along a dimension.
final class LogSoftmaxKernel {
  private LogSoftmaxKernel() {}

  static Step compile(Target target, LogSoftmax op, List<Operand> inputs, Operand output) {
    return Exponentials.compile(target, true, op.dim(), inputs.getFirst(), output);
  }
}
