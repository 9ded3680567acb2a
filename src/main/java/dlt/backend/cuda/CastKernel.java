package dlt.backend.cuda;

import dlt.op.Cast;
import dlt.tensor.DType;
import java.util.List;

/// Numbers as another type. A float beyond the range of int64 becomes its end, NaN becomes 0.
final class CastKernel {
  private CastKernel() {}

  static List<Launch> compile(Target target, Cast op, List<Operand> in, Operand out) {
    return Section.launches(target, sections(target, op, in, out));
  }

  static List<Section> sections(Target target, Cast op, List<Operand> in, Operand out) {
    Operand x = in.getFirst();
    return PointwiseSection.of(target, out.type().shape().toArray(), List.of(View.of(x), View.of(out)), 1,
        x.type().dtype() == op.dtype() ? (ptx, v) -> v : op.dtype() == DType.INT64 ? (ptx, v) -> List.of(toLong(ptx, v.getFirst()))
            : (ptx, v) -> List.of(ptx.f32("cvt.rn.f32.s64", v.getFirst())));
  }

  private static String toLong(Ptx ptx, String x) {
    return ptx.b64("selp.b64", "0", ptx.b64("cvt.rzi.s64.f32", x), ptx.test("setp.nan.f32", x, x));
  }
}
