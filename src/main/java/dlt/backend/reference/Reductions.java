package dlt.backend.reference;

import dlt.op.ArgMax;
import dlt.op.Reduce;
import dlt.tensor.Shape;
import java.util.List;

/// Ops over whole dimensions.
final class Reductions {
  private Reductions() {}

  /// Dimensions `dims` of `shape`: the positions of their elements, from the first of them on.
  private static int[] positions(Shape shape, List<Integer> dims) {
    long[] strides = dims.stream().mapToLong(d -> shape.strides()[d]).toArray();
    return Positions.of(new Shape(dims.stream().map(shape::dim).toList()), strides, 0);
  }

  /// The other dimensions: where each group of elements that are reduced to one begins.
  private static int[] starts(Shape shape, List<Integer> dims) {
    return positions(shape, shape.axes().stream().filter(d -> !dims.contains(d)).toList());
  }

  static void reduce(Reduce op, ReferenceBuffer x, ReferenceBuffer y) {
    int[] starts = starts(x.shape(), op.dims());
    int[] group = positions(x.shape(), op.dims());
    for (int i = 0; i < starts.length; i++) {
      double r = switch (op.kind()) {
        case SUM -> 0;
        case PROD -> 1;
        case MAX -> Double.NEGATIVE_INFINITY;
        case MIN -> Double.POSITIVE_INFINITY;
      };
      for (int position : group) {
        double v = x.doubles()[starts[i] + position];
        r = switch (op.kind()) {
          case SUM -> r + v;
          case PROD -> r * v;
          case MAX -> Math.max(r, v);
          case MIN -> Math.min(r, v);
        };
      }
      y.doubles()[i] = r;
    }
  }

  static void argMax(ArgMax op, ReferenceBuffer x, ReferenceBuffer y) {
    int[] starts = starts(x.shape(), List.of(op.dim()));
    int[] group = positions(x.shape(), List.of(op.dim()));
    for (int i = 0; i < starts.length; i++) {
      int best = 0;
      for (int j = 1; j < group.length; j++) {
        if (wins(x.doubles()[starts[i] + group[j]], x.doubles()[starts[i] + group[best]])) {
          best = j;
        }
      }
      y.longs()[i] = best;
    }
  }

  /// Whether a later value replaces the largest so far: the first NaN counts as the largest.
  static boolean wins(double later, double best) {
    return later > best || Double.isNaN(later) && !Double.isNaN(best);
  }

  static void softmax(int dim, boolean log, ReferenceBuffer x, ReferenceBuffer y) {
    int[] group = positions(x.shape(), List.of(dim));
    for (int start : starts(x.shape(), List.of(dim))) {
      double max = Double.NEGATIVE_INFINITY;
      for (int p : group) {
        max = Math.max(max, x.doubles()[start + p]);
      }
      double sum = 0;
      for (int p : group) {
        sum += Math.exp(x.doubles()[start + p] - max);
      }
      for (int p : group) {
        double v = x.doubles()[start + p] - max;
        y.doubles()[start + p] = log ? v - Math.log(sum) : Math.exp(v) / sum;
      }
    }
  }
}
