package dlt.data;

/// The quantile of the standard normal distribution by Acklam's rational approximation (2003), relative error below 1.2e-9:
/// no logarithm for 95 % of the arguments.
final class Quantile {
  private static final double TAIL = 0.02425;

  private Quantile() {}

  /// The number that a standard normal number stays below with probability `p`, 0 < p < 1.
  static double normal(double p) {
    if (p < TAIL) {
      return tail(p);
    }
    if (p > 1 - TAIL) {
      return -tail(1 - p);
    }
    double q = p - 0.5;
    double r = q * q;
    double a = -3.969683028665376e+01;
    a = a * r + 2.209460984245205e+02;
    a = a * r - 2.759285104469687e+02;
    a = a * r + 1.383577518672690e+02;
    a = a * r - 3.066479806614716e+01;
    a = a * r + 2.506628277459239e+00;
    double b = -5.447609879822406e+01;
    b = b * r + 1.615858368580409e+02;
    b = b * r - 1.556989798598866e+02;
    b = b * r + 6.680131188771972e+01;
    b = b * r - 1.328068155288572e+01;
    return a * q / (b * r + 1);
  }

  private static double tail(double p) {
    double q = Math.sqrt(-2 * StrictMath.log(p));
    double c = -7.784894002430293e-03;
    c = c * q - 3.223964580411365e-01;
    c = c * q - 2.400758277161838e+00;
    c = c * q - 2.549732539343734e+00;
    c = c * q + 4.374664141464968e+00;
    c = c * q + 2.938163982698783e+00;
    double d = 7.784695709041462e-03;
    d = d * q + 3.224671290700398e-01;
    d = d * q + 2.445134137142996e+00;
    d = d * q + 3.754408661907416e+00;
    return c / (d * q + 1);
  }
}
