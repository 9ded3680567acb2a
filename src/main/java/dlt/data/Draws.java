package dlt.data;

import dlt.tensor.Philox;

/// Random numbers for one sample, one after the other: a function of the generator, the sample and how many were drawn.
final class Draws {
  private static final int SOME = 1024;

  private final Philox philox;
  private long next;

  Draws(Philox philox, int sample) {
    this.philox = philox;
    this.next = (long) sample << 32;
  }

  /// In [0, 1).
  double uniform() {
    return philox.uniform(next++);
  }

  /// In [low, high).
  double between(double low, double high) {
    return low + (high - low) * uniform();
  }

  /// 0 to `n - 1`.
  int below(int n) {
    return (int) (uniform() * n);
  }

  boolean chance(double p) {
    return uniform() < p;
  }

  /// From Beta(a, a): the share that one of two equal gamma numbers has of their sum.
  double beta(double a) {
    double x = gamma(a);
    double y = gamma(a);
    return x + y == 0 ? below(2) : x / (x + y);
  }

  /// From Gamma(a, 1) (Marsaglia and Tsang, "A simple method for generating gamma variables", 2000).
  private double gamma(double a) {
    if (a < 1) {
      double u = positive();
      return gamma(a + 1) * StrictMath.pow(u, 1 / a);
    }
    double d = a - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = Quantile.normal(positive());
      double v = 1 + c * x;
      v = v * v * v;
      if (v > 0 && StrictMath.log(positive()) < x * x / 2 + d - d * v + d * StrictMath.log(v)) {
        return d * v;
      }
    }
  }

  /// In (0, 1).
  private double positive() {
    return positive(philox.bits(next++));
  }

  private static double positive(int bits) {
    return ((bits & 0xffffffffL) + 0.5) * 0x1p-32;
  }

  /// Adds `std` times standard normal numbers to `x`.
  void addNormal(float[] x, double std) {
    int[] some = new int[Math.min(x.length, SOME)];
    for (int from = 0; from < x.length; from += some.length) {
      philox.bits(next, some);
      int count = Math.min(some.length, x.length - from);
      for (int i = 0; i < count; i++) {
        x[from + i] += (float) (std * Quantile.normal(positive(some[i])));
      }
      next += count;
    }
  }
}
