package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dlt.op.Conv2dGradWeight;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/// The gradient of a convolution by its weights. [ConvPath] says how. The Java twin computes the weights of one output
/// channel a part: for each weight it keeps one sum a column, over images and rows in order, and adds those from left to
/// right at the end.
final class Conv2dGradWeightKernel {
  private Conv2dGradWeightKernel() {}

  static Step compile(Target target, Conv2dGradWeight op, List<Operand> inputs, Operand output) {
    Operand x = inputs.get(0);
    Operand dy = inputs.get(1);
    ConvGeometry g = ConvGeometry.of(op.window(), op.groups(), x.shape(), output.shape(), dy.shape());
    return switch (ConvPath.ofGradWeight(target, g)) {
      case LANES -> new LaneConvGradWeightPass(g).compile(target, x.planes(), dy.planes(), output.data());
      case PLANES -> new PlaneGradWeightPass(g).compile(target, x.planes(), dy.planes(), output.data(), Optional.empty());
      case CHANNELS_LAST -> new ChannelsLastGradWeightPass(g).compile(target, x, dy, output.data());
      case WINOGRAD -> new WinogradGradWeightPass(g).compile(target, x, dy, output.data());
      case JAVA -> twin(target, g, x.planes(), dy.planes(), output.data());
    };
  }

  static Step twin(Target target, ConvGeometry g, MemorySegment x, MemorySegment dy, MemorySegment dw) {
    MemorySegment sums = target.scratch(4L * g.o() * g.ow());
    return () -> target.workers().run(g.o(), o -> channel(g, x, dy, dw, sums.asSlice(4L * o * g.ow(), 4L * g.ow()), o));
  }

  private static void channel(ConvGeometry g, MemorySegment x, MemorySegment dy, MemorySegment dw, MemorySegment sums, int o) {
    Taps rows = g.rows();
    Taps columns = g.columns();
    int firstC = o / g.groupO() * g.groupC();
    for (int c = 0; c < g.groupC(); c++) {
      for (int ky = 0; ky < g.kh(); ky++) {
        for (int kx = 0; kx < g.kw(); kx++) {
          sums.fill((byte) 0);
          int from = columns.firstResult(kx);
          int count = columns.endResult(kx) - from;
          for (int n = 0; n < g.n(); n++) {
            long in = ((long) n * g.c() + firstC + c) * g.h() * g.w() + columns.pixel(from, kx);
            long out = ((long) n * g.o() + o) * g.oh() * g.ow() + from;
            for (int oy = rows.firstResult(ky); oy < rows.endResult(ky); oy++) {
              long a = in + (long) rows.pixel(oy, ky) * g.w();
              long b = out + (long) oy * g.ow();
              for (int i = 0; i < count; i++) {
                float product = x.getAtIndex(JAVA_FLOAT, a + (long) i * columns.stride()) * dy.getAtIndex(JAVA_FLOAT, b + i);
                sums.setAtIndex(JAVA_FLOAT, i, sums.getAtIndex(JAVA_FLOAT, i) + product);
              }
            }
          }
          float sum = 0;
          for (int i = 0; i < count; i++) {
            sum += sums.getAtIndex(JAVA_FLOAT, i);
          }
          dw.setAtIndex(JAVA_FLOAT, (((long) o * g.groupC() + c) * g.kh() + ky) * g.kw() + kx, sum);
        }
      }
    }
  }
}
