package dlt.backend.cuda;

import dlt.op.Pad;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/// A tensor with a border: it is copied, and around it boxes are filled that do not overlap, two for each dimension at most, all side by
/// side. Those of a dimension are as long as the tensor in the dimensions before it, and as the result in those behind it.
final class PadKernel {
  private PadKernel() {}

  static List<Launch> compile(Target target, Pad op, List<Operand> in, Operand out) {
    Shape inner = in.getFirst().type().shape();
    int[] sizes = out.type().shape().toArray();
    View to = View.of(out);
    List<List<Section>> boxes = new ArrayList<>();
    for (int d = 0; d < sizes.length; d++) {
      int before = op.before().get(d);
      int own = inner.dim(d);
      long stride = to.strides()[d];
      boxes.add(FillKernel.sections(target, with(sizes, d, before), to, op.value()));
      boxes.add(FillKernel.sections(target, with(sizes, d, op.after().get(d)), to.from((before + own) * stride), op.value()));
      sizes[d] = own;
      to = to.from(before * stride);
    }
    boxes.add(StridedCopy.sections(target, sizes, View.of(in.getFirst()), to));
    return Section.sideBySide(target, boxes);
  }

  private static int[] with(int[] sizes, int d, int size) {
    int[] r = sizes.clone();
    r[d] = size;
    return r;
  }
}
