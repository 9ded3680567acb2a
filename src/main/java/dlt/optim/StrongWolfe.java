package dlt.optim;

import java.util.function.DoubleFunction;

/// A line search for a place where the function has fallen enough and its slope is flat enough (the strong Wolfe conditions):
/// first out until such places are bracketed, then in by cubic interpolation, as PyTorch and minFunc do (J. Nocedal, S. Wright,
/// "Numerical Optimization", algorithms 3.5 and 3.6).
final class StrongWolfe {
  /// The function at `t` times the direction: its value, its gradient and its slope along the direction.
  record Point(double t, double loss, double[] gradient, double slope) {}

  private static final double SUFFICIENT = 1e-4;
  private static final double FLAT = 0.9;
  private static final int MOST = 25;

  private final DoubleFunction<Point> along;
  private final double scale;
  private final double tolerance;
  private int evaluations;
  private Point start;

  /// A search over `along`; `scale` is the direction's largest element, and a bracket whose ends are less than `tolerance`
  /// apart by it is not refined.
  StrongWolfe(DoubleFunction<Point> along, double scale, double tolerance) {
    this.along = along;
    this.scale = scale;
    this.tolerance = tolerance;
  }

  /// How often the function was asked for.
  int evaluations() {
    return evaluations;
  }

  /// A point that satisfies the conditions, or the lowest one found; the first one that is tried is at `t`.
  Point from(Point start, double t) {
    this.start = start;
    Point before = start;
    Point now = at(t);
    for (int i = 0; i < MOST; i++) {
      if (tooHigh(now) || i > 1 && now.loss >= before.loss) {
        return within(before, now, i);
      }
      if (flat(now)) {
        return now;
      }
      if (now.slope >= 0) {
        return within(before, now, i);
      }
      double next = between(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
      before = now;
      now = at(next);
    }
    return start.loss <= now.loss ? start : now;
  }

  private Point at(double t) {
    evaluations++;
    return along.apply(t);
  }

  private boolean tooHigh(Point p) {
    return p.loss > start.loss + SUFFICIENT * p.t * start.slope;
  }

  private boolean flat(Point p) {
    return Math.abs(p.slope) <= -FLAT * start.slope;
  }

  /// Refines the bracket between two points; `iterations` have been spent.
  private Point within(Point first, Point second, int iterations) {
    Point[] ends = {first, second};
    int low = lower(ends);
    boolean slow = false;
    for (int i = iterations; i < MOST && Math.abs(ends[1].t - ends[0].t) * scale >= tolerance; i++) {
      double min = Math.min(ends[0].t, ends[1].t);
      double max = Math.max(ends[0].t, ends[1].t);
      double t = between(ends[0], ends[1], min, max);
      double margin = 0.1 * (max - min);
      boolean near = Math.min(max - t, t - min) < margin;
      // twice near an end, or on it: away from it by a tenth of the bracket
      if (near && (slow || t >= max || t <= min)) {
        t = Math.abs(t - max) < Math.abs(t - min) ? max - margin : min + margin;
        slow = false;
      } else {
        slow = near;
      }
      Point now = at(t);
      if (tooHigh(now) || now.loss >= ends[low].loss) {
        ends[1 - low] = now;
        low = lower(ends);
        continue;
      }
      boolean done = flat(now);
      if (!done && now.slope * (ends[1 - low].t - ends[low].t) >= 0) {
        ends[1 - low] = ends[low];
      }
      ends[low] = now;
      if (done) {
        break;
      }
    }
    return ends[low];
  }

  private static int lower(Point[] ends) {
    return ends[0].loss <= ends[1].loss ? 0 : 1;
  }

  /// Where the cubic through two points with their slopes is lowest, within limits; the middle where there is no such place.
  private static double between(Point a, Point b, double min, double max) {
    Point left = a.t <= b.t ? a : b;
    Point right = a.t <= b.t ? b : a;
    double d = left.slope + right.slope - 3 * (left.loss - right.loss) / (left.t - right.t);
    double square = d * d - left.slope * right.slope;
    if (!(square >= 0)) {
      return (min + max) / 2;
    }
    double root = Math.sqrt(square);
    double lowest = right.t - (right.t - left.t) * ((right.slope + root - d) / (right.slope - left.slope + 2 * root));
    return Math.min(Math.max(lowest, min), max);
  }
}
