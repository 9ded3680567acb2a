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

  /// Adds `std` times standard normal numbers to `x`.
  void addNormal(float[] x, double std) {
    for (int i = 0; i < x.length; i++) {
      x[i] += (float) (std * Quantile.normal(((philox.bits(next++) & 0xffffffffL) + 0.5) * 0x1p-32));
    }
  }
}
