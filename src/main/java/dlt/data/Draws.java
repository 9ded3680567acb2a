package dlt.data;

import dlt.tensor.Philox;

/// Random numbers for one sample, one after the other: a function of the generator, the sample and how many were drawn.
final class Draws {
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

  /// Adds `std` times standard normal numbers to `x` (Box-Muller, both branches).
  void addNormal(float[] x, double std) {
    for (int i = 0; i < x.length; i += 2) {
      double radius = std * Math.sqrt(-2 * StrictMath.log((philox.bits(next++) >>> 1) * 0x1p-31 + 0x1p-32));
      double angle = 2 * StrictMath.PI * (philox.bits(next++) >>> 1) * 0x1p-31;
      x[i] += (float) (radius * StrictMath.cos(angle));
      if (i + 1 < x.length) {
        x[i + 1] += (float) (radius * StrictMath.sin(angle));
      }
    }
  }
}
