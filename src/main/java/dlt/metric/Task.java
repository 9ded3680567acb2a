package dlt.metric;

import java.util.List;
import java.util.Locale;

/// What predictions and targets mean.
public enum Task {
  /// Scores or probabilities [n, classes, ...] and class indices [n, ...], or probabilities of the predictions' shape, of
  /// which the largest counts. Indices that are no class are left out.
  MULTICLASS,
  /// Probabilities of yes [n, ...] and answers 0 or 1, one for each.
  BINARY,
  /// Scores [n, ...], above 0 for yes, and answers 1 or -1 (above 0 for yes), one for each.
  DECISION,
  /// Probabilities [n, labels, ...] and answers 0 or 1, one for each.
  MULTILABEL,
  /// Numbers [n, ...] and numbers, one for each.
  REGRESSION,
  /// Log-probabilities [n, steps, classes] and labels [n, length], which a blank ends: [LabelSequence].
  SEQUENCE;

  /// What is worth knowing where the experiment does not ask for metrics.
  public List<Metric> metrics() {
    return switch (this) {
      case MULTICLASS -> List.of(Metric.ACCURACY, Metric.F1_MACRO);
      case BINARY -> List.of(Metric.ACCURACY, Metric.F1);
      case DECISION -> List.of(Metric.ACCURACY);
      case MULTILABEL -> List.of(Metric.LABEL_ACCURACY, Metric.F1_MICRO);
      case REGRESSION -> List.of(Metric.MAE, Metric.RMSE, Metric.R2);
      case SEQUENCE -> List.of(Metric.LABEL_ERROR_RATE, Metric.SEQUENCE_ACCURACY);
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
