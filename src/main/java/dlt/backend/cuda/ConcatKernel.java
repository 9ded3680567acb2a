package dlt.backend.cuda;

import dlt.op.Concat;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/// Tensors one after the other along a dimension: their copies run side by side.
final class ConcatKernel {
  private ConcatKernel() {}

  static List<Launch> compile(Target target, Concat op, List<Operand> in, Operand out) {
    View to = View.of(out);
    List<List<Section>> copies = new ArrayList<>();
    for (Operand x : in) {
      Shape shape = x.type().shape();
      copies.add(StridedCopy.sections(target, shape.toArray(), View.of(x), to));
      to = to.from(shape.dim(op.dim()) * to.strides()[op.dim()]);
    }
    return Section.sideBySide(target, copies);
  }
}
