package dlt.backend.cuda;

import dlt.op.AvgPool2dGrad;
import java.util.List;

/// The gradient of the mean of each window.
final class AvgPool2dGradKernel {
  private AvgPool2dGradKernel() {}

  static List<Launch> compile(Target target, AvgPool2dGrad op, List<Images> in, Images out) {
    return AvgPool2dKernel.launch(op.pool()).compile(target, "avg_pool2d_grad", out, in.getFirst(), out);
  }
}
