package dlt.backend.cuda;

import dlt.op.AvgPool2d;
import java.util.List;

/// The mean of each window.
final class AvgPool2dKernel {
  private AvgPool2dKernel() {}

  static List<Launch> compile(Target target, AvgPool2d op, List<Images> in, Images out) {
    return launch(op).compile(target, "avg_pool2d", in.getFirst(), out, out);
  }

  static PoolLaunch launch(AvgPool2d op) {
    return new PoolLaunch(op.window(), op.kernelH(), op.kernelW(), op.countPadding(),
        op.window().padBottom() - op.ceilBottom(), op.window().padRight() - op.ceilRight());
  }
}
