package dlt.train;

import dlt.run.RunDirectory;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;

/// What came of training every fold: how good the models were on what they did not learn from.
public record CrossValidation(List<Fold> folds) {
  /// One of the trainings: its number, its folder, how many epochs it had, the selected one and its scores,
  /// and why it ended.
  public record Fold(int number, RunDirectory run, int epochs, int bestEpoch, Scores validation, Optional<Scores> test, Ending ending) {}

  public CrossValidation {
    folds = List.copyOf(folds);
  }

  /// The mean of each figure over the folds.
  public Scores mean() {
    return over(folds.stream().map(Fold::validation).toList(), CrossValidation::mean);
  }

  /// The standard deviation of each figure over the folds, of a sample (n - 1).
  public Scores deviation() {
    return over(folds.stream().map(Fold::validation).toList(), CrossValidation::deviation);
  }

  /// The mean over the folds of each figure on the test part, where there is one.
  public Optional<Scores> test() {
    return folds.getFirst().test().map(_ -> over(folds.stream().map(f -> f.test().orElseThrow()).toList(), CrossValidation::mean));
  }

  /// The epochs that all samples are worth training for: the median of the selected ones, of two in the middle their mean,
  /// rounded up.
  public int epochs() {
    List<Integer> best = folds.stream().map(Fold::bestEpoch).sorted(Comparator.naturalOrder()).toList();
    int n = best.size();
    return (best.get((n - 1) / 2) + best.get(n / 2) + 1) / 2;
  }

  private static Scores over(List<Scores> scores, ToDoubleFunction<double[]> by) {
    SequencedMap<String, Double> metrics = new LinkedHashMap<>();
    for (String name : scores.getFirst().metrics().keySet()) {
      metrics.put(name, by.applyAsDouble(scores.stream().mapToDouble(s -> s.value(name)).toArray()));
    }
    double loss = by.applyAsDouble(scores.stream().mapToDouble(Scores::loss).toArray());
    return new Scores(scores.stream().mapToInt(Scores::samples).sum(), loss, metrics, Optional.empty(), List.of());
  }

  public static double mean(double[] values) {
    double sum = 0;
    for (double v : values) {
      sum += v;
    }
    return sum / values.length;
  }

  /// The standard deviation of a sample (n - 1).
  public static double deviation(double[] values) {
    double mean = mean(values);
    double sum = 0;
    for (double v : values) {
      sum += (v - mean) * (v - mean);
    }
    return Math.sqrt(sum / (values.length - 1));
  }
}
