package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.op.AvgPool2dGrad;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The gradient of means of windows: each gradient, scaled as in [AvgPool2dKernel], is added to the pixels of its window,
/// windows in row-major order.
final class AvgPool2dGradKernel {
  private AvgPool2dGradKernel() {}

  static Step compile(Target target, AvgPool2dGrad op, List<Operand> inputs, Operand output) {
    Operand dy = inputs.getFirst();
    PoolGeometry g = PoolGeometry.of(op.pool().window(), op.pool().kernelH(), op.pool().kernelW(), output.shape(), dy.shape());
    if (dy.channelsLast()) {
      return new ChannelsLastPool(target, g).averageGrad(AvgPool2dKernel.scales(target, op.pool(), g), dy.data(), output.data());
    }
    return target.emits() && LanePoolPass.fits(g)
        ? LanePoolPass.averageGrad(target, g, AvgPool2dKernel.scales(target, op.pool(), g), dy.data(), output.data())
        : twin(target, op, g, dy.data(), output.data());
  }

  static Step twin(Target target, AvgPool2dGrad op, PoolGeometry g, MemorySegment dy, MemorySegment dx) {
    return () -> target.workers().run(g.planes(), plane -> plane(op, g, dy, dx, plane));
  }

  private static void plane(AvgPool2dGrad op, PoolGeometry g, MemorySegment dy, MemorySegment dx, int plane) {
    long in = (long) plane * g.h() * g.w();
    long out = (long) plane * g.oh() * g.ow();
    dx.asSlice(4 * in, 4L * g.h() * g.w()).fill((byte) 0);
    for (int oy = 0; oy < g.oh(); oy++) {
      for (int ox = 0; ox < g.ow(); ox++) {
        float share = dy.getAtIndex(JAVA_FLOAT, out++) * AvgPool2dKernel.scale(op.pool(), g, oy, ox);
        for (int ky = g.rows().firstTap(oy); ky < g.rows().endTap(oy); ky++) {
          long row = in + (long) g.rows().pixel(oy, ky) * g.w();
          for (int kx = g.columns().firstTap(ox); kx < g.columns().endTap(ox); kx++) {
            long at = row + g.columns().pixel(ox, kx);
            dx.setAtIndex(JAVA_FLOAT, at, dx.getAtIndex(JAVA_FLOAT, at) + share);
          }
        }
      }
    }
  }
}
