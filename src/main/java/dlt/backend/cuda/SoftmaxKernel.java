package dlt.backend.cuda;

import dlt.op.Softmax;
import dlt.tensor.Shape;
import java.util.List;

/// `exp(x - max) / sum(exp(x - max))` along a dimension.
final class SoftmaxKernel {
  /// Elements of a row that are too many for a warp.
  private static final int LONG = 1024;

  private SoftmaxKernel() {}

  static List<Launch> compile(Target target, Softmax op, List<Operand> in, Operand out) {
    return compile(target, op.dim(), false, in.getFirst(), out);
  }

  /// Whether each warp takes a row.
  static boolean rows(Shape shape, int dim) {
    Axis axis = Axis.of(shape, dim);
    return axis.inner() == 1 && axis.size() <= LONG;
  }

  /// The same, or its logarithm.
  static List<Launch> compile(Target target, int dim, boolean log, Operand x, Operand y) {
    if (x.type().shape().size() == 0) {
      return List.of();
    }
    Axis axis = Axis.of(x.type().shape(), dim);
    long count = axis.outer() * axis.inner();
    Arguments arguments = new Arguments().add(x).add(y).add(count).add(axis.size()).add(axis.inner()).add(log ? 1 : 0);
    boolean rows = rows(x.type().shape(), dim);
    boolean whole = axis.inner() == 1 && !rows;
    return List.of(target.launch("softmax", whole ? "softmax_long" : rows ? "softmax_rows" : "softmax_columns", count, whole ? 1 : rows ? 8 : 32, arguments));
  }
}
