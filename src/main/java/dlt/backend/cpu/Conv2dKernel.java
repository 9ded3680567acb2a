package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.op.Conv2d;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/// Convolution. [ConvPath] says how. The Java twin computes one output plane a part: the plane is filled with the bias or zeros,
/// then for each (c, ky, kx) the image plane, moved and scaled by one weight, is added to it, so the inner loop runs along a row.
final class Conv2dKernel {
  private Conv2dKernel() {}

  static Step compile(Target target, Conv2d op, List<Operand> inputs, Optional<Epilogue> epilogue, Operand output) {
    Operand x = inputs.get(0);
    Operand w = inputs.get(1);
    ConvGeometry g = ConvGeometry.of(op.window(), op.groups(), x.shape(), w.shape(), output.shape());
    return switch (ConvPath.of(target, g, g.o())) {
      case LANES -> LaneConvPass.forward(g).compile(target, g.n(), x.planes(), w.data(), epilogue, output.planes());
      case PLANES -> PlaneConvPass.forward(g).compile(target, g.n(), x.planes(), w.data(), epilogue, output.planes());
      case CHANNELS_LAST -> ChannelsLastConvPass.forward(g).compile(target, x, w.data(), epilogue, output);
      case WINOGRAD -> WinogradConvPass.forward(g).compile(target, x, w.data(), epilogue, output);
      case JAVA -> twin(target, g, x.planes(), w.data(), epilogue, output.planes());
    };
  }

  static Step twin(Target target, ConvGeometry g, MemorySegment x, MemorySegment w, Optional<Epilogue> epilogue, MemorySegment y) {
    return () -> target.workers().run(g.n() * g.o(), part -> plane(g, x, w, epilogue, y, part / g.o(), part % g.o()));
  }

  private static void plane(ConvGeometry g, MemorySegment x, MemorySegment w, Optional<Epilogue> epilogue, MemorySegment y, int n, int o) {
    Taps rows = g.rows();
    Taps columns = g.columns();
    long out = ((long) n * g.o() + o) * g.oh() * g.ow();
    int pixels = g.oh() * g.ow();
    float bias = epilogue.isPresent() ? epilogue.get().bias().data().getAtIndex(JAVA_FLOAT, o) : 0;
    for (int i = 0; i < pixels; i++) {
      y.setAtIndex(JAVA_FLOAT, out + i, bias);
    }
    int firstC = o / g.groupO() * g.groupC();
    for (int c = 0; c < g.groupC(); c++) {
      long in = ((long) n * g.c() + firstC + c) * g.h() * g.w();
      for (int ky = 0; ky < g.kh(); ky++) {
        for (int kx = 0; kx < g.kw(); kx++) {
          float weight = w.getAtIndex(JAVA_FLOAT, (((long) o * g.groupC() + c) * g.kh() + ky) * g.kw() + kx);
          int from = columns.firstResult(kx);
          int count = columns.endResult(kx) - from;
          for (int oy = rows.firstResult(ky); oy < rows.endResult(ky); oy++) {
            long to = out + (long) oy * g.ow() + from;
            long at = in + (long) rows.pixel(oy, ky) * g.w() + columns.pixel(from, kx);
            for (int i = 0; i < count; i++) {
              float sum = y.getAtIndex(JAVA_FLOAT, to + i) + weight * x.getAtIndex(JAVA_FLOAT, at + (long) i * columns.stride());
              y.setAtIndex(JAVA_FLOAT, to + i, sum);
            }
          }
        }
      }
    }
    for (int i = 0; i < pixels && epilogue.isPresent() && epilogue.get().relu(); i++) {
      y.setAtIndex(JAVA_FLOAT, out + i, Math.max(y.getAtIndex(JAVA_FLOAT, out + i), 0));
    }
  }
}
