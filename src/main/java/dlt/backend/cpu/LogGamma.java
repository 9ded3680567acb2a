package dlt.backend.cpu;

/// The logarithm of the absolute value of the gamma function by Lanczos' approximation (g = 7, nine terms), good to about
/// 1e-15; below 1/2 by the reflection formula.
final class LogGamma {
  private static final double G = 7;
  private static final double[] TERMS = {
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7
  };

  private LogGamma() {}

  static double of(double x) {
    if (Double.isInfinite(x)) {
      return Double.POSITIVE_INFINITY;
    }
    if (x == 1 || x == 2) {
      return 0;
    }
    if (x < 0.5) {
      double fraction = x - Math.floor(x);
      return fraction == 0
          ? Double.POSITIVE_INFINITY
          : StrictMath.log(Math.PI / StrictMath.sin(Math.PI * fraction)) - of(1 - x);
    }
    double y = x - 1;
    double sum = TERMS[0];
    for (int i = 1; i < TERMS.length; i++) {
      sum += TERMS[i] / (y + i);
    }
    double t = y + G + 0.5;
    return 0.5 * StrictMath.log(2 * Math.PI) + (y + 0.5) * StrictMath.log(t) - t + StrictMath.log(sum);
  }
}
