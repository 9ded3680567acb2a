package dlt.backend.cuda;

import dlt.op.OneHot;
import java.util.List;

/// Indices as zeros with a one.
final class OneHotKernel {
  private OneHotKernel() {}

  static List<Launch> compile(Target target, OneHot op, List<Operand> in, Operand out) {
    long count = out.type().shape().size();
    if (count == 0) {
      return List.of();
    }
    Operand indices = in.getFirst();
    Axis axis = Axis.of(out.type().shape(), op.dim());
    Arguments arguments = new Arguments().add(0L).add(indices).add(out).add(count).add(Math.toIntExact(indices.type().shape().size()))
        .add(axis.size()).add(axis.inner());
    return List.of(target.launch("gather", "one_hot", count, 256, arguments));
  }
}
