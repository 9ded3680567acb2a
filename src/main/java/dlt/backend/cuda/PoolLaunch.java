package dlt.backend.cuda;

import dlt.op.Window;
import java.util.List;

/// A launch of one of the kernels of pool.cu: their parameters are the same.
///
/// @param declaredBottom and declaredRight: how much of the padding averages count
record PoolLaunch(Window window, int kernelH, int kernelW, boolean countPadding, int declaredBottom, int declaredRight) {
  private static final String MODULE = "pool";

  /// Whether a launch is one of these.
  static boolean is(Launch launch) {
    return launch.kernel() instanceof Launch.Shipped kernel && kernel.module().equals(MODULE);
  }

  /// Of `images` and `pooled`, what a pool makes of them or the gradient by it, into `result`, which is either `pooled` or the gradient by
  /// the images. Where a kernel does not read the images, they only say how large they are.
  List<Launch> compile(Target target, String kernel, Images images, Images pooled, Images result) {
    long count = result.shape().size();
    if (count == 0) {
      return List.of();
    }
    Arguments a = new Arguments().add(images.address()).add(pooled.address()).add(result.address()).add(count);
    images.addStrides(a);
    pooled.addStrides(a);
    result.addStrides(a);
    a.add(images.shape().dim(1)).add(images.shape().dim(2)).add(images.shape().dim(3)).add(pooled.shape().dim(2)).add(pooled.shape().dim(3))
        .add(kernelH).add(kernelW).add(window.strideH()).add(window.strideW()).add(window.padTop()).add(window.padLeft())
        .add(window.dilationH()).add(window.dilationW())
        .add(images.shape().dim(2) + declaredBottom).add(images.shape().dim(3) + declaredRight)
        .add(countPadding ? 1 : 0).add((result == pooled ? images : result).channelsLast() ? 1 : 0);
    return List.of(target.launch(MODULE, kernel, count, 256, a));
  }
}
