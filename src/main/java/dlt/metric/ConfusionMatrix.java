package dlt.metric;

import java.util.Arrays;
import java.util.List;

/// How often each class (row) was predicted as each (column).
public record ConfusionMatrix(List<List<Long>> counts) {
  static ConfusionMatrix of(long[][] counts) {
    return new ConfusionMatrix(Arrays.stream(counts).map(row -> Arrays.stream(row).boxed().toList()).toList());
  }

  ClassCounts classes() {
    int n = counts.size();
    long[] right = new long[n];
    for (int c = 0; c < n; c++) {
      right[c] = counts.get(c).get(c);
    }
    return ClassCounts.of(right, columns(), rows());
  }

  private long[] rows() {
    return counts.stream().mapToLong(row -> row.stream().mapToLong(Long::longValue).sum()).toArray();
  }

  private long[] columns() {
    long[] r = new long[counts.size()];
    for (List<Long> row : counts) {
      for (int c = 0; c < r.length; c++) {
        r[c] += row.get(c);
      }
    }
    return r;
  }

  private double samples() {
    return Arrays.stream(rows()).sum();
  }

  double accuracy() {
    return classes().micro(ClassCounts.One::recall);
  }

  /// The mean of the recalls of the classes that occur.
  double balancedAccuracy() {
    return classes().classes().stream().filter(c -> c.actual() > 0).mapToDouble(ClassCounts.One::recall).average()
        .orElse(Double.NaN);
  }

  /// Matthews's correlation coefficient for any number of classes (J. Gorodkin, 2004).
  double mcc() {
    double n = samples();
    double right = 0;
    double cross = 0;
    double predicted = 0;
    double actual = 0;
    for (ClassCounts.One c : classes().classes()) {
      right += c.right();
      cross += (double) c.predicted() * c.actual();
      predicted += (double) c.predicted() * c.predicted();
      actual += (double) c.actual() * c.actual();
    }
    return ClassCounts.ratio(right * n - cross, Math.sqrt((n * n - predicted) * (n * n - actual)));
  }

  /// Cohen's kappa: agreement beyond chance.
  double kappa() {
    double n = samples();
    double right = 0;
    double chance = 0;
    for (ClassCounts.One c : classes().classes()) {
      right += c.right();
      chance += (double) c.predicted() * c.actual() / n;
    }
    return (right - chance) / (n - chance);
  }
}
