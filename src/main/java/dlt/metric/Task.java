package dlt.metric;

import java.util.List;

/// What predictions and targets mean.
public enum Task {
  /// Scores or probabilities [n, classes, ...] and class indices [n, ...].
  MULTICLASS,
  /// Probabilities of yes [n] or [n, 1, ...] and answers 0 or 1, one for each.
  BINARY,
  /// Probabilities [n, labels, ...] and answers 0 or 1 of the same shape.
  MULTILABEL,
  /// Numbers and numbers of the same shape.
  REGRESSION;

  /// What is worth knowing where the experiment does not ask for metrics.
  public List<Metric> metrics() {
    return switch (this) {
      case MULTICLASS, BINARY -> List.of(Metric.ACCURACY);
      case MULTILABEL -> List.of(Metric.LABEL_ACCURACY);
      case REGRESSION -> List.of(Metric.MAE);
    };
  }
}
