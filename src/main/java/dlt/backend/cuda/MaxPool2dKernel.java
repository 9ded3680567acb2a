package dlt.backend.cuda;

import dlt.op.MaxPool2d;
import java.util.List;

/// The largest pixel of each window.
final class MaxPool2dKernel {
  private MaxPool2dKernel() {}

  static List<Launch> compile(Target target, MaxPool2d op, List<Images> in, Images out) {
    return new PoolLaunch(op.window(), op.kernelH(), op.kernelW(), false, 0, 0).compile(target, "max_pool2d", in.getFirst(), out, out);
  }
}
