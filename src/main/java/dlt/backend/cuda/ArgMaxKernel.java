package dlt.backend.cuda;

import dlt.op.ArgMax;
import java.util.List;

/// The index of the first largest element along a dimension.
final class ArgMaxKernel {
  private ArgMaxKernel() {}

  static List<Launch> compile(Target target, ArgMax op, List<Operand> in, Operand out) {
    Axis axis = Axis.of(in.getFirst().type().shape(), op.dim());
    long count = axis.outer() * axis.inner();
    if (count == 0) {
      return List.of();
    }
    Arguments arguments = new Arguments().add(in.getFirst()).add(out).add(count).add(axis.size()).add(axis.inner());
    boolean rows = axis.inner() == 1;
    return List.of(target.launch("arg_max", rows ? "arg_max_rows" : "arg_max_columns", count, rows ? 8 : 256, arguments));
  }
}
