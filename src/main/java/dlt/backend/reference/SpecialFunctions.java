package dlt.backend.reference;

/// Functions that java.lang.Math lacks, in float64 to a few units in the last place.
final class SpecialFunctions {
  private static final double EULER_GAMMA = 0.577215664901532860606512090082;
  private static final double HALF_LOG_TWO_PI = 0.918938533204672741780329736406;

  /// Stirling's series: the coefficients of `x^-(2k + 1)`.
  private static final double[] STIRLING = {1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360};

  /// `zeta(k) - 1` at `k`.
  private static final double[] ZETA_MINUS_1 = zetaMinus1(40);

  private SpecialFunctions() {}

  /// The error function. Below 2 the series of positive terms `erf x = 2/sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!` (NIST
  /// Digital Library of Mathematical Functions, 7.6.2), above the continued fraction of erfc (DLMF 7.9.1), which is small
  /// there, so that `1 - erfc` keeps its digits.
  static double erf(double x) {
    double a = Math.abs(x);
    if (Double.isNaN(x) || a >= 6) {
      return Double.isNaN(x) ? x : Math.signum(x);
    }
    double square = a * a;
    double rounding = Math.fma(a, a, -square);
    double gauss = Math.exp(-square) * (1 - rounding);
    double r;
    if (a < 2) {
      double term = a;
      double sum = a;
      for (int n = 1; term > sum * 0x1p-55; n++) {
        term *= square / (n + 0.5);
        sum += term;
      }
      r = 2 / Math.sqrt(Math.PI) * gauss * sum;
    } else {
      double fraction = a;
      for (int k = 60; k >= 1; k--) {
        fraction = a + k / 2.0 / fraction;
      }
      r = 1 - gauss / (Math.sqrt(Math.PI) * fraction);
    }
    return Math.copySign(r, x);
  }

  /// The logarithm of the absolute value of the gamma function: around 1 and 2 its Taylor series (DLMF 5.7.3 and 5.5.1), from 15
  /// on Stirling's (DLMF 5.11.1), between them by recurrence, below 0 by reflection (DLMF 5.5.3; digits are lost near the zeros
  /// there).
  static double lgamma(double x) {
    if (Double.isNaN(x) || Double.isInfinite(x)) {
      return Math.abs(x);
    }
    if (x <= 0) {
      double sine = Math.sin(Math.PI * (x - Math.rint(x)));
      return sine == 0 ? Double.POSITIVE_INFINITY : Math.log(Math.PI / Math.abs(sine)) - lgamma(1 - x);
    }
    if (x < 0.5) {
      return aroundTwo(x) - Math.log1p(x) - Math.log(x);
    }
    if (x < 1.5) {
      return aroundTwo(x - 1) - Math.log1p(x - 1);
    }
    if (x < 15) {
      double product = 1;
      double y = x;
      while (y >= 2.5) {
        y -= 1;
        product *= y;
      }
      return aroundTwo(y - 2) + Math.log(product);
    }
    double square = x * x;
    double sum = 0;
    for (int k = STIRLING.length - 1; k >= 0; k--) {
      sum = sum / square + STIRLING[k];
    }
    return (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI + sum / x;
  }

  /// `log gamma(2 + z) = (1 - gamma) z + sum (-1)^k (zeta(k) - 1) z^k / k` for `|z| <= 1/2`.
  private static double aroundTwo(double z) {
    double sum = 0;
    for (int k = ZETA_MINUS_1.length - 1; k >= 2; k--) {
      sum = sum * -z + ZETA_MINUS_1[k] / k;
    }
    return z * ((1 - EULER_GAMMA) + z * sum);
  }

  /// By summing 99 terms and the Euler-Maclaurin formula for the rest (DLMF 25.2.9).
  private static double[] zetaMinus1(int size) {
    double[] zeta = new double[size];
    double n = 100;
    for (int k = 2; k < size; k++) {
      double rest = k * (k + 1.0) * (k + 2.0) * Math.pow(n, -k - 3) * (k + 3.0) * (k + 4.0) / (30240 * n * n);
      rest -= k * (k + 1.0) * (k + 2.0) * Math.pow(n, -k - 3) / 720;
      rest += k * Math.pow(n, -k - 1) / 12 + Math.pow(n, 1 - k) / (k - 1) + Math.pow(n, -k) / 2;
      for (int i = (int) n - 1; i >= 2; i--) {
        rest += Math.pow(i, -k);
      }
      zeta[k] = rest;
    }
    return zeta;
  }
}
