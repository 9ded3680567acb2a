package dlt.backend.cuda;

import dlt.op.Fill;
import dlt.tensor.DType;
import java.util.List;

/// One value everywhere.
final class FillKernel {
  private FillKernel() {}

  static List<Launch> compile(Target target, Fill op, List<Operand> in, Operand out) {
    return Section.launches(target, sections(target, out.type().shape().toArray(), View.of(out), op.value()));
  }

  /// A box of these sizes.
  static List<Section> sections(Target target, int[] sizes, View to, double value) {
    String constant = to.dtype() == DType.INT64 ? Long.toString((long) value) : Ptx.constant((float) value);
    return PointwiseSection.of(target, sizes, List.of(to), 0, (ptx, x) -> List.of(constant));
  }
}
