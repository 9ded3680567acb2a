package dlt.backend.cuda;

import dlt.op.MaxPool2dGrad;
import java.util.List;

/// The gradient of the largest pixel of each window: it goes to the first of them.
final class MaxPool2dGradKernel {
  private MaxPool2dGradKernel() {}

  static List<Launch> compile(Target target, MaxPool2dGrad op, List<Images> in, Images out) {
    return new PoolLaunch(op.window(), op.kernelH(), op.kernelW(), false, 0, 0).compile(target, "max_pool2d_grad", in.get(0), in.get(1), out);
  }
}
