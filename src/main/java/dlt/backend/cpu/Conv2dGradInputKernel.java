package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.op.Conv2dGradInput;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/// The gradient of a convolution by its images, which is also the transposed convolution. [ConvPath] says how. The Java twin
/// computes one image plane a part: the plane is zeroed, then for each (o, ky, kx) the gradient plane, scaled by one weight,
/// is added where it came from.
final class Conv2dGradInputKernel {
  private Conv2dGradInputKernel() {}

  static Step compile(Target target, Conv2dGradInput op, List<Operand> inputs, Operand output) {
    Operand dy = inputs.get(0);
    Operand w = inputs.get(1);
    ConvGeometry g = ConvGeometry.of(op.window(), op.groups(), output.shape(), w.shape(), dy.shape());
    return switch (ConvPath.of(target, g, g.c())) {
      case LANES -> LaneConvPass.gradInput(g).compile(target, g.n(), dy.planes(), w.data(), Optional.empty(), output.planes());
      case PLANES -> PlaneConvPass.gradInput(g).compile(target, g.n(), dy.planes(), w.data(), Optional.empty(), output.planes());
      case CHANNELS_LAST -> ChannelsLastConvPass.gradInput(g).compile(target, dy, w.data(), Optional.empty(), output);
      case WINOGRAD -> WinogradConvPass.gradInput(g).compile(target, dy, w.data(), Optional.empty(), output);
      case JAVA -> twin(target, g, dy.planes(), w.data(), output.planes());
    };
  }

  static Step twin(Target target, ConvGeometry g, MemorySegment dy, MemorySegment w, MemorySegment dx) {
    return () -> target.workers().run(g.n() * g.c(), part -> plane(g, dy, w, dx, part / g.c(), part % g.c()));
  }

  private static void plane(ConvGeometry g, MemorySegment dy, MemorySegment w, MemorySegment dx, int n, int c) {
    Taps rows = g.rows();
    Taps columns = g.columns();
    long out = ((long) n * g.c() + c) * g.h() * g.w();
    dx.asSlice(4 * out, 4L * g.h() * g.w()).fill((byte) 0);
    int firstO = c / g.groupC() * g.groupO();
    for (int o = firstO; o < firstO + g.groupO(); o++) {
      long in = ((long) n * g.o() + o) * g.oh() * g.ow();
      for (int ky = 0; ky < g.kh(); ky++) {
        for (int kx = 0; kx < g.kw(); kx++) {
          float weight = w.getAtIndex(JAVA_FLOAT, (((long) o * g.groupC() + c % g.groupC()) * g.kh() + ky) * g.kw() + kx);
          int from = columns.firstResult(kx);
          int count = columns.endResult(kx) - from;
          for (int oy = rows.firstResult(ky); oy < rows.endResult(ky); oy++) {
            long at = in + (long) oy * g.ow() + from;
            long to = out + (long) rows.pixel(oy, ky) * g.w() + columns.pixel(from, kx);
            for (int i = 0; i < count; i++) {
              long pixel = to + (long) i * columns.stride();
              dx.setAtIndex(JAVA_FLOAT, pixel, dx.getAtIndex(JAVA_FLOAT, pixel) + weight * dy.getAtIndex(JAVA_FLOAT, at + i));
            }
          }
        }
      }
    }
  }
}
