package dlt.metric;

import dlt.config.Doc;
import java.util.Optional;
import java.util.Set;

/// A number that says how good predictions are, with scikit-learn's definitions; named in the file in snake_case.
public enum Metric {
  @Doc("The share of right answers.")
  ACCURACY(Set.of(Task.MULTICLASS, Task.BINARY), true),
  @Doc("The share of right answers to each label of each sample.")
  LABEL_ACCURACY(Set.of(Task.MULTILABEL), true),
  @Doc("Mean absolute error.")
  MAE(Set.of(Task.REGRESSION), false);

  private final Set<Task> tasks;
  private final boolean higherIsBetter;

  Metric(Set<Task> tasks, boolean higherIsBetter) {
    this.tasks = tasks;
    this.higherIsBetter = higherIsBetter;
  }

  /// Its name in the file and in reports.
  public String key() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /// Whether a larger value is better.
  public boolean higherIsBetter() {
    return higherIsBetter;
  }

  /// Why it cannot measure predictions of this task: what it measures and which metrics fit; empty where it can.
  public Optional<String> mismatch(Task task) {
    return tasks.contains(task) ? Optional.empty() : Optional.of(key() + " does not fit a " + task + " output");
  }
}
