package dlt.metric;

import java.util.Arrays;

/// Running sums over one column of a regression (Welford's method for the variances), and the absolute errors where they are
/// asked for.
final class Deviations {
  /// What magnitudes count as at least where they divide, scikit-learn's.
  private static final double LEAST = Math.ulp(1.0);

  private long n;
  private double targetMean;
  private double targetSquares;
  private double errorMean;
  private double errorSquares;
  private double absolute;
  private double squared;
  private double squaredLog;
  private double relative;
  private double largest;
  private double[] all;

  Deviations(boolean keepAll) {
    all = keepAll ? new double[64] : null;
  }

  void add(double prediction, double target) {
    double error = target - prediction;
    n++;
    double t = target - targetMean;
    targetMean += t / n;
    targetSquares += t * (target - targetMean);
    double e = error - errorMean;
    errorMean += e / n;
    errorSquares += e * (error - errorMean);
    absolute += Math.abs(error);
    squared += error * error;
    double ratio = Math.log1p(target) - Math.log1p(prediction);
    squaredLog += ratio * ratio;
    relative += Math.abs(error) / Math.max(Math.abs(target), LEAST);
    largest = Math.max(largest, Math.abs(error));
    if (all != null) {
      all = n > all.length ? Arrays.copyOf(all, 2 * all.length) : all;
      all[(int) n - 1] = Math.abs(error);
    }
  }

  double meanAbsolute() {
    return absolute / n;
  }

  double meanSquared() {
    return squared / n;
  }

  /// NaN where a number is below -1.
  double meanSquaredLog() {
    return squaredLog / n;
  }

  double meanRelative() {
    return relative / n;
  }

  double largest() {
    return largest;
  }

  /// NaN for a single sample, as scikit-learn.
  double r2() {
    return n < 2 ? Double.NaN : explained(squared);
  }

  double explainedVariance() {
    return explained(errorSquares);
  }

  /// As scikit-learn where the target is constant: 1 for exact predictions, else 0.
  private double explained(double unexplained) {
    return targetSquares == 0 ? unexplained == 0 ? 1 : 0 : 1 - unexplained / targetSquares;
  }

  double medianAbsolute() {
    double[] sorted = Arrays.copyOf(all, (int) n);
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
