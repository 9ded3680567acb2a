package dlt.metric;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// For each class (or label) how often it was rightly predicted, how often predicted and how often it was there.
record ClassCounts(List<One> classes) {
  /// The counts of one class, or of all together.
  record One(long right, long predicted, long actual) {
    double precision() {
      return ratio(right, predicted);
    }

    double recall() {
      return ratio(right, actual);
    }

    double f1() {
      return ratio(2 * right, predicted + actual);
    }

    double iou() {
      return ratio(right, predicted + actual - right);
    }
  }

  static ClassCounts of(long[] right, long[] predicted, long[] actual) {
    return new ClassCounts(IntStream.range(0, right.length).mapToObj(c -> new One(right[c], predicted[c], actual[c])).toList());
  }

  static double ratio(double a, double b) {
    return b == 0 ? 0 : a / b;
  }

  /// The mean over all classes.
  double macro(ToDoubleFunction<One> figure) {
    return classes.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }

  /// The mean over the classes that occur, predicted or actual.
  double macroOfPresent(ToDoubleFunction<One> figure) {
    return classes.stream().filter(c -> c.predicted + c.actual > 0).mapToDouble(figure).average().orElse(Double.NaN);
  }

  /// The figure of all classes' counts together.
  double micro(ToDoubleFunction<One> figure) {
    return figure.applyAsDouble(classes.stream()
        .reduce(new One(0, 0, 0), (a, b) -> new One(a.right + b.right, a.predicted + b.predicted, a.actual + b.actual)));
  }

  /// The mean over all classes, each as often as it occurs.
  double weighted(ToDoubleFunction<One> figure) {
    double sum = 0;
    double actual = 0;
    for (One c : classes) {
      sum += c.actual * figure.applyAsDouble(c);
      actual += c.actual;
    }
    return ratio(sum, actual);
  }

  double accuracy() {
    return micro(One::recall);
  }

  /// The mean of the recalls of the classes that occur.
  double balancedAccuracy() {
    return classes.stream().filter(c -> c.actual > 0).mapToDouble(One::recall).average().orElse(Double.NaN);
  }

  private double samples() {
    return classes.stream().mapToLong(One::actual).sum();
  }

  /// Matthews's correlation coefficient for any number of classes (J. Gorodkin, 2004).
  double mcc() {
    double n = samples();
    double right = 0;
    double cross = 0;
    double predicted = 0;
    double actual = 0;
    for (One c : classes) {
      right += c.right;
      cross += (double) c.predicted * c.actual;
      predicted += (double) c.predicted * c.predicted;
      actual += (double) c.actual * c.actual;
    }
    return ratio(right * n - cross, Math.sqrt((n * n - predicted) * (n * n - actual)));
  }

  /// Cohen's kappa: agreement beyond chance.
  double kappa() {
    double n = samples();
    double right = 0;
    double chance = 0;
    for (One c : classes) {
      right += c.right;
      chance += (double) c.predicted * c.actual / n;
    }
    return (right - chance) / (n - chance);
  }

  List<ClassReport> report() {
    return classes.stream().map(c -> new ClassReport(c.precision(), c.recall(), c.f1(), c.actual)).toList();
  }
}
