package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.op.MaxPool2dGrad;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The gradient of maxima of windows: each gradient is added to the first largest pixel of its window, a NaN being larger
/// than all numbers, windows in row-major order.
final class MaxPool2dGradKernel {
  private MaxPool2dGradKernel() {}

  static Step compile(Target target, MaxPool2dGrad op, List<Operand> inputs, Operand output) {
    Operand x = inputs.get(0);
    Operand dy = inputs.get(1);
    PoolGeometry g = PoolGeometry.of(op.window(), op.kernelH(), op.kernelW(), x.shape(), dy.shape());
    if (!MaxPoolPair.fits(target, g, x.channelsLast())) {
      return twin(target, g, x.data(), dy.data(), output.data());
    }
    MemorySegment[] scratch = target.shared(MaxPoolPair.placesBytes(target, g, x.channelsLast()), dy.data().byteSize());
    MaxPoolPair pair = new MaxPoolPair(target, g, x.channelsLast(), scratch[0]);
    Step pool = pair.pool(x.data(), scratch[1]);
    Step gradient = pair.gradient(dy.data(), 1, output.data());
    // which is said of both
    target.takePath();
    return () -> {
      pool.run();
      gradient.run();
    };
  }

  static Step twin(Target target, PoolGeometry g, MemorySegment x, MemorySegment dy, MemorySegment dx) {
    return () -> target.workers().run(g.planes(), plane -> plane(g, x, dy, dx, plane));
  }

  private static void plane(PoolGeometry g, MemorySegment x, MemorySegment dy, MemorySegment dx, int plane) {
    long in = (long) plane * g.h() * g.w();
    long out = (long) plane * g.oh() * g.ow();
    dx.asSlice(4 * in, 4L * g.h() * g.w()).fill((byte) 0);
    for (int oy = 0; oy < g.oh(); oy++) {
      for (int ox = 0; ox < g.ow(); ox++) {
        float max = Float.NEGATIVE_INFINITY;
        long argMax = -1;
        for (int ky = g.rows().firstTap(oy); ky < g.rows().endTap(oy); ky++) {
          long row = in + (long) g.rows().pixel(oy, ky) * g.w();
          for (int kx = g.columns().firstTap(ox); kx < g.columns().endTap(ox); kx++) {
            long at = row + g.columns().pixel(ox, kx);
            float v = x.getAtIndex(JAVA_FLOAT, at);
            if (argMax < 0 || v > max || Float.isNaN(v) && !Float.isNaN(max)) {
              max = v;
              argMax = at;
            }
          }
        }
        if (argMax >= 0) {
          dx.setAtIndex(JAVA_FLOAT, argMax, dx.getAtIndex(JAVA_FLOAT, argMax) + dy.getAtIndex(JAVA_FLOAT, out));
        }
        out++;
      }
    }
  }
}
