package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.op.AvgPool2d;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Means of windows: the sum of the pixels in row-major order, times [#scale].
final class AvgPool2dKernel {
  private AvgPool2dKernel() {}

  static Step compile(Target target, AvgPool2d op, List<Operand> inputs, Operand output) {
    Operand x = inputs.getFirst();
    PoolGeometry g = PoolGeometry.of(op.window(), op.kernelH(), op.kernelW(), x.shape(), output.shape());
    if (x.channelsLast()) {
      return new ChannelsLastPool(target, g).average(scales(target, op, g), x.data(), output.data());
    }
    return target.emits() && LanePoolPass.fits(g) ? LanePoolPass.average(target, g, scales(target, op, g), x.data(), output.data())
        : twin(target, op, g, x.data(), output.data());
  }

  static Step twin(Target target, AvgPool2d op, PoolGeometry g, MemorySegment x, MemorySegment y) {
    return () -> target.workers().run(g.planes(), plane -> plane(op, g, x, y, plane));
  }

  /// What the sum of result (`oy`, `ox`) is multiplied by; a window beyond the image sums to 0 whatever it is.
  static float scale(AvgPool2d op, PoolGeometry g, int oy, int ox) {
    return 1f / Math.max(1, op.rows(g.h(), oy) * op.columns(g.w(), ox));
  }

  /// [#scale] of all results of a plane.
  static MemorySegment scales(Target target, AvgPool2d op, PoolGeometry g) {
    return PoolSweep.table(target, g.oh(), g.ow(), (oy, ox) -> Float.floatToRawIntBits(scale(op, g, oy, ox)));
  }

  private static void plane(AvgPool2d op, PoolGeometry g, MemorySegment x, MemorySegment y, int plane) {
    long in = (long) plane * g.h() * g.w();
    long out = (long) plane * g.oh() * g.ow();
    for (int oy = 0; oy < g.oh(); oy++) {
      for (int ox = 0; ox < g.ow(); ox++) {
        float sum = 0;
        for (int ky = g.rows().firstTap(oy); ky < g.rows().endTap(oy); ky++) {
          long row = in + (long) g.rows().pixel(oy, ky) * g.w();
          for (int kx = g.columns().firstTap(ox); kx < g.columns().endTap(ox); kx++) {
            sum += x.getAtIndex(JAVA_FLOAT, row + g.columns().pixel(ox, kx));
          }
        }
        y.setAtIndex(JAVA_FLOAT, out++, sum * scale(op, g, oy, ox));
      }
    }
  }
}
