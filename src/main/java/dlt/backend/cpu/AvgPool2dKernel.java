package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.op.AvgPool2d;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Means of windows: the sum of the pixels in row-major order, divided by [#divisor].
final class AvgPool2dKernel {
  private AvgPool2dKernel() {}

  static Step compile(Target target, AvgPool2d op, List<Operand> inputs, Operand output) {
    Operand x = inputs.getFirst();
    PoolGeometry g = PoolGeometry.of(op.window(), op.kernelH(), op.kernelW(), x.shape(), output.shape());
    return twin(target, op, g, x.data(), output.data());
  }

  static Step twin(Target target, AvgPool2d op, PoolGeometry g, MemorySegment x, MemorySegment y) {
    return () -> target.workers().run(g.planes(), plane -> plane(op, g, x, y, plane));
  }

  /// What the sum of result (`oy`, `ox`) is divided by: the positions of its window that are pixels or, with `countPadding`,
  /// declared padding; 1 where there are none.
  static int divisor(AvgPool2d op, PoolGeometry g, int oy, int ox) {
    int rows = count(g.rows(), oy, op.countPadding(), op.window().padBottom() - op.ceilBottom());
    int columns = count(g.columns(), ox, op.countPadding(), op.window().padRight() - op.ceilRight());
    return Math.max(1, rows * columns);
  }

  private static int count(Taps taps, int r, boolean countPadding, int padEnd) {
    if (!countPadding) {
      return taps.endTap(r) - taps.firstTap(r);
    }
    int count = 0;
    for (int k = 0; k < taps.kernel(); k++) {
      if (taps.pixel(r, k) < taps.in() + padEnd) {
        count++;
      }
    }
    return count;
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
        y.setAtIndex(JAVA_FLOAT, out++, sum * (1f / divisor(op, g, oy, ox)));
      }
    }
  }
}
