package dlt.backend.cuda;

import dlt.op.LogSoftmax;
import java.util.List;

/// `x - max - log(sum(exp(x - max)))` along a dimension.
final class LogSoftmaxKernel {
  private LogSoftmaxKernel() {}

  static List<Launch> compile(Target target, LogSoftmax op, List<Operand> in, Operand out) {
    return SoftmaxKernel.compile(target, op.dim(), true, in.getFirst(), out);
  }
}
