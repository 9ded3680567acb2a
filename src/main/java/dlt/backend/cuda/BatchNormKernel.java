package dlt.backend.cuda;

import dlt.op.BatchNorm;
import dlt.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/// Batch normalisation with fixed statistics.
final class BatchNormKernel {
  private BatchNormKernel() {}

  static List<Launch> compile(Target target, BatchNorm op, List<Operand> in, Operand out) {
    return compile(target, op, in, out, 1);
  }

  /// With the channels in dimension `dim`.
  static List<Launch> compile(Target target, BatchNorm op, List<Operand> in, Operand out, int dim) {
    Shape shape = out.type().shape();
    long[] channels = new long[shape.rank()];
    channels[dim] = 1;
    List<View> views = IntStream.rangeClosed(0, 5).mapToObj(i -> i == 0 ? View.of(in.getFirst()) : i == 5 ? View.of(out)
        : new View(in.get(i).type().dtype(), in.get(i).address(), channels)).toList();
    return Section.launches(target, PointwiseSection.of(target, shape.toArray(), views, 5, (ptx, x) -> List.of(normalised(ptx, x, (float) op.eps()))));
  }

  /// Of the element, weight, bias, mean and variance.
  private static String normalised(Ptx ptx, List<String> x, float eps) {
    String deviation = ptx.f32("sqrt.rn.f32", ptx.f32("add.rn.f32", x.get(4), Ptx.constant(eps)));
    String centred = ptx.f32("sub.rn.f32", x.get(0), x.get(3));
    return ptx.f32("fma.rn.f32", ptx.f32("div.rn.f32", centred, deviation), x.get(1), x.get(2));
  }
}
