package dlt.backend.cuda;

import dlt.op.Reduce;
import dlt.tensor.Shape;
import java.util.List;

/// A reduction by itself.
final class ReduceKernel {
  private ReduceKernel() {}

  static List<Launch> compile(Target target, Reduce op, List<Operand> in, Operand out) {
    return Section.launches(target, sections(target, op, in, out));
  }

  /// The same as sections, each of which needs those before it.
  static List<Section> sections(Target target, Reduce op, List<Operand> in, Operand out) {
    Shape shape = in.getFirst().type().shape();
    return ReduceSection.of(target, shape.toArray(), reduced(shape, op.dims()), List.of(View.broadcast(in.getFirst(), shape)), 1, (ptx, x) -> x,
        new ReduceSection.Reductions(List.of(op.kind()), List.of(out.address())));
  }

  static boolean[] reduced(Shape shape, List<Integer> dims) {
    boolean[] r = new boolean[shape.rank()];
    dims.forEach(d -> r[d] = true);
    return r;
  }
}
