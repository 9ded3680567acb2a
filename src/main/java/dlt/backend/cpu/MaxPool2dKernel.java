package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.op.MaxPool2d;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Maxima of windows; NaN where there is one.
final class MaxPool2dKernel {
  private MaxPool2dKernel() {}

  static Step compile(Target target, MaxPool2d op, List<Operand> inputs, Operand output) {
    Operand x = inputs.getFirst();
    PoolGeometry g = PoolGeometry.of(op.window(), op.kernelH(), op.kernelW(), x.shape(), output.shape());
    if (x.channelsLast()) {
      return new ChannelsLastPool(target, g).max(x.data(), output.data());
    }
    return target.emits() && LanePoolPass.fits(g) ? LanePoolPass.max(target, g, x.data(), output.data())
        : twin(target, g, x.data(), output.data());
  }

  static Step twin(Target target, PoolGeometry g, MemorySegment x, MemorySegment y) {
    return () -> target.workers().run(g.planes(), plane -> plane(g, x, y, plane));
  }

  private static void plane(PoolGeometry g, MemorySegment x, MemorySegment y, int plane) {
    long in = (long) plane * g.h() * g.w();
    long out = (long) plane * g.oh() * g.ow();
    for (int oy = 0; oy < g.oh(); oy++) {
      for (int ox = 0; ox < g.ow(); ox++) {
        float max = Float.NEGATIVE_INFINITY;
        for (int ky = g.rows().firstTap(oy); ky < g.rows().endTap(oy); ky++) {
          long row = in + (long) g.rows().pixel(oy, ky) * g.w();
          for (int kx = g.columns().firstTap(ox); kx < g.columns().endTap(ox); kx++) {
            float v = x.getAtIndex(JAVA_FLOAT, row + g.columns().pixel(ox, kx));
            max = v > max || Float.isNaN(v) ? v : max;
          }
        }
        y.setAtIndex(JAVA_FLOAT, out++, max);
      }
    }
  }
}
