package dlt.backend.cuda;

import dlt.op.Gather;
import java.util.List;

/// Slices by index.
final class GatherKernel {
  private GatherKernel() {}

  static List<Launch> compile(Target target, Gather op, List<Operand> in, Operand out) {
    Operand x = in.get(0);
    Operand indices = in.get(1);
    long count = out.type().shape().size();
    if (count == 0) {
      return List.of();
    }
    Axis axis = Axis.of(x.type().shape(), op.dim());
    Arguments arguments = new Arguments().add(x).add(indices).add(out).add(count).add(Math.toIntExact(indices.type().shape().size()))
        .add(axis.size()).add(axis.inner());
    return List.of(target.launch("gather", "gather" + x.type().dtype().bytes(), count, 256, arguments));
  }
}
