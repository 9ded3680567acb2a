package dlt.data;

import dlt.error.Failure;
import dlt.tensor.HostTensor;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// One pass over the samples of a part, as earlier preprocessing steps leave them, and what is computed from it: in float64,
/// in the order of the samples.
final class Statistics {
  /// Medians hold this many numbers at once.
  private static final long MEDIAN_NUMBERS = 1L << 25;

  private interface Visitor {
    void accept(int sample, double[] values);
  }

  private final Part part;
  private final boolean target;
  private final int field;
  private final List<UnaryOperator<double[]>> before;

  /// Of input number `field`, or of the target with this number.
  Statistics(Part part, boolean target, int field, List<Fitted> before) {
    this.part = part;
    this.target = target;
    this.field = field;
    this.before = before.stream().map(Fitted::onHost).toList();
  }

  /// Mean, deviation and range of each of `groups` groups of neighbouring elements.
  record Moments(double[] mean, double[] deviation, double[] least, double[] most) {
    /// Those of all groups but the skipped ones taken together.
    Moments together(boolean[] skip) {
      int[] used = IntStream.range(0, skip.length).filter(g -> !skip[g]).toArray();
      double m = IntStream.of(used).mapToDouble(g -> mean[g]).sum() / used.length;
      double variance =
          IntStream.of(used).mapToDouble(g -> deviation[g] * deviation[g] + (mean[g] - m) * (mean[g] - m)).sum() / used.length;
      double lo = IntStream.of(used).mapToDouble(g -> least[g]).min().orElse(0);
      double hi = IntStream.of(used).mapToDouble(g -> most[g]).max().orElse(0);
      return new Moments(new double[] {m}, new double[] {Math.sqrt(variance)}, new double[] {lo}, new double[] {hi});
    }
  }

  /// The moments of each group. `skip` says which groups hold categories. Throws Failure(DATA) for NaN.
  Moments moments(int groups, boolean[] skip) {
    double[] origin = new double[groups]; // the first value: sums of small numbers are exact
    double[] sum = new double[groups];
    double[] squares = new double[groups];
    double[] least = new double[groups];
    double[] most = new double[groups];
    Arrays.fill(origin, Double.NaN);
    Arrays.fill(least, Double.POSITIVE_INFINITY);
    Arrays.fill(most, Double.NEGATIVE_INFINITY);
    long[] count = {0};
    forEach(
        (sample, x) -> {
          int run = x.length / groups;
          count[0] += run;
          for (int g = 0; g < groups; g++) {
            if (skip[g]) {
              continue;
            }
            if (Double.isNaN(origin[g])) {
              origin[g] = x[g * run];
            }
            double o = origin[g];
            double s = 0;
            double q = 0;
            double lo = least[g];
            double hi = most[g];
            for (int i = g * run, end = i + run; i < end; i++) {
              double d = x[i] - o;
              s += d;
              q += d * d;
              lo = x[i] < lo ? x[i] : lo;
              hi = x[i] > hi ? x[i] : hi;
            }
            if (Double.isNaN(s)) {
              throw missing(sample, x);
            }
            sum[g] += s;
            squares[g] += q;
            least[g] = lo;
            most[g] = hi;
          }
        });
    double[] mean = new double[groups];
    double[] deviation = new double[groups];
    for (int g = 0; g < groups; g++) {
      double m = sum[g] / count[0];
      mean[g] = origin[g] + m;
      deviation[g] = Math.sqrt(Math.max(0, squares[g] / count[0] - m * m));
    }
    return new Moments(mean, deviation, least, most);
  }

  /// The mean of each feature over the samples where it is not NaN.
  double[] means(int features) {
    double[] sum = new double[features];
    long[] count = new long[features];
    forEach(
        (_, x) -> {
          for (int i = 0; i < features; i++) {
            if (!Double.isNaN(x[i])) {
              sum[i] += x[i];
              count[i]++;
            }
          }
        });
    for (int i = 0; i < features; i++) {
      requireSome(i, count[i]);
      sum[i] /= count[i];
    }
    return sum;
  }

  /// The median of each feature over the samples where it is not NaN; of an even number, the mean of the middle two.
  double[] medians(int features) {
    double[] r = new double[features];
    int atOnce = Math.clamp(MEDIAN_NUMBERS / part.size(), 1, features);
    for (int from = 0; from < features; from += atOnce) {
      int columns = Math.min(atOnce, features - from);
      double[][] values = new double[columns][part.size()];
      int[] count = new int[columns];
      int first = from;
      forEach(
          (_, x) -> {
            for (int c = 0; c < columns; c++) {
              if (!Double.isNaN(x[first + c])) {
                values[c][count[c]++] = x[first + c];
              }
            }
          });
      for (int c = 0; c < columns; c++) {
        requireSome(first + c, count[c]);
        Arrays.sort(values[c], 0, count[c]);
        r[first + c] = (values[c][(count[c] - 1) / 2] + values[c][count[c] / 2]) / 2;
      }
    }
    return r;
  }

  /// Throws Failure(DATA) for the first sample with a NaN.
  void requireNothingMissing() {
    forEach(
        (sample, x) -> {
          for (double v : x) {
            if (Double.isNaN(v)) {
              throw missing(sample, x);
            }
          }
        });
  }

  /// Throws Failure(DATA) for the first sample with a number that `step` knows no logarithm of.
  void requireLogarithms(Fitted.Log step) {
    forEach(
        (sample, x) -> {
          for (int i = 0; i < x.length; i++) {
            if (step.logged(i) && x[i] + step.offset() <= 0) {
              throw new Failure(Failure.Kind.DATA, part.dataset().origin(sample) + ": " + called(i) + " is " + (float) x[i] + ", but log takes numbers above "
                  + (0 - step.offset()) + "; give a larger offset, such as `log: 1` where there are zeros" + (field().columns().isEmpty() ? "" : ", or name the `columns` that it is for"));
            }
          }
        });
  }

  private void requireSome(int feature, long count) {
    if (count == 0) {
      throw new Failure(Failure.Kind.DATA, "impute: " + called(feature) + " has no value in the " + part.name() + " part");
    }
  }

  private Failure missing(int sample, double[] x) {
    int feature = 0;
    while (!Double.isNaN(x[feature])) {
      feature++;
    }
    return new Failure(
        Failure.Kind.DATA,
        part.dataset().origin(sample) + ": " + called(feature) + " is missing (NaN)" + (target ? "" : "; put an `impute` step before the others"));
  }

  private String called(int feature) {
    Field f = field();
    return f.columns().size() > feature ? "column '" + f.columns().get(feature).name() + "'" : "element " + feature + " of '" + f.name() + "'";
  }

  private Field field() {
    return (target ? part.dataset().targets() : part.dataset().inputs()).get(field);
  }

  private void forEach(Visitor visitor) {
    HostTensor raw = HostTensor.allocate(field().type());
    double[] buffer = new double[Math.toIntExact(raw.size())];
    for (int sample : part.samples()) {
      part.dataset().read(sample, target, field, raw.data());
      for (int i = 0; i < buffer.length; i++) {
        buffer[i] = raw.data().getAtIndex(ValueLayout.JAVA_FLOAT, i);
      }
      double[] x = buffer;
      for (UnaryOperator<double[]> step : before) {
        x = step.apply(x);
      }
      visitor.accept(sample, x);
    }
  }
}
