package dlt.backend.cuda;

import dlt.op.Slice;
import dlt.tensor.Shape;
import java.util.List;

/// A part of a dimension.
final class SliceKernel {
  private SliceKernel() {}

  static List<Launch> compile(Target target, Slice op, List<Operand> in, Operand out) {
    Shape shape = out.type().shape();
    View x = View.of(in.getFirst());
    return Section.launches(target, StridedCopy.sections(target, shape.toArray(), x.from(op.start() * x.strides()[op.dim()]), View.of(out)));
  }
}
