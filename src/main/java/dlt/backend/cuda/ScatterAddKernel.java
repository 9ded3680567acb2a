package dlt.backend.cuda;

import dlt.op.ScatterAdd;
import java.util.List;

/// The gradient of a gather: slices added up by index.
final class ScatterAddKernel {
  private ScatterAddKernel() {}

  static List<Launch> compile(Target target, ScatterAdd op, List<Operand> in, Operand out) {
    Operand indices = in.get(0);
    Axis axis = Axis.of(out.type().shape(), op.dim());
    long rows = axis.outer() * axis.size();
    if (rows * axis.inner() == 0) {
      return List.of();
    }
    Arguments arguments = new Arguments().add(in.get(1)).add(indices).add(out).add(rows).add(Math.toIntExact(indices.type().shape().size()))
        .add(axis.size()).add(axis.inner());
    return List.of(target.launch("gather", "scatter_add", rows, 8, arguments));
  }
}
