package dlt.backend.cuda;

import dlt.op.Expand;
import dlt.tensor.Shape;
import java.util.List;

/// A tensor broadcast to a larger shape.
final class ExpandKernel {
  private ExpandKernel() {}

  static List<Launch> compile(Target target, Expand op, List<Operand> in, Operand out) {
    Shape shape = op.shape();
    return Section.launches(target, StridedCopy.sections(target, shape.toArray(), View.broadcast(in.getFirst(), shape), View.broadcast(out, shape)));
  }
}
