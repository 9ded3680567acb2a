package dlt.backend.cuda;

import dlt.op.RandomUniform;
import dlt.tensor.Philox;
import java.util.List;

/// Numbers in [0, 1), those of [Philox].
final class RandomUniformKernel {
  private RandomUniformKernel() {}

  static List<Launch> compile(Target target, RandomUniform op, List<Operand> in, Operand out) {
    long count = op.shape().size();
    if (count == 0) {
      return List.of();
    }
    Arguments arguments = new Arguments().add(in.getFirst()).add(out).add(count).add(Philox.Purpose.GRAPH.stream(op.id()));
    return List.of(target.launch("random_uniform", "random_uniform", Math.ceilDiv(count, 4L), 256, arguments));
  }
}
