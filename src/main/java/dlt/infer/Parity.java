package dlt.infer;

import dlt.tensor.HostTensor;

/// How far two computations of the same values are apart: the largest absolute difference, and the largest difference
/// relative to `max(1, |expected|)`, which is what a tolerance bounds.
public record Parity(double maxAbsolute, double maxRelative) {
  /// No values compared yet.
  public static final Parity NONE = new Parity(0, 0);

  /// This comparison and that of `actual` with `expected`. Values that are not finite agree where they are equal.
  public Parity and(HostTensor expected, HostTensor actual) {
    if (!expected.shape().equals(actual.shape())) {
      return new Parity(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
    }
    double absolute = maxAbsolute;
    double relative = maxRelative;
    for (long i = 0, n = expected.size(); i < n; i++) {
      double e = expected.at(i);
      double a = actual.at(i);
      if (Double.compare(e, a) != 0) {
        double d = Math.abs(e - a);
        boolean far = !Double.isFinite(d);
        absolute = Math.max(absolute, far ? Double.POSITIVE_INFINITY : d);
        relative = Math.max(relative, far ? Double.POSITIVE_INFINITY : d / Math.max(1, Math.abs(e)));
      }
    }
    return new Parity(absolute, relative);
  }

  /// Whether the two agree within `tolerance`.
  public boolean within(double tolerance) {
    return maxRelative <= tolerance;
  }
}
