package dlt.train;

import dlt.metric.ClassReport;
import dlt.metric.ConfusionMatrix;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// How good a model is on one part of the data: the mean loss over its samples, the metrics by name, for classes the
/// confusion matrix, and the figures of each class or label.
public record Scores(
    int samples, double loss, SequencedMap<String, Double> metrics, Optional<ConfusionMatrix> confusion, List<ClassReport> report) {
  /// The loss or a metric by name; NaN where there is none of it.
  public double value(String name) {
    return name.equals("loss") ? loss : metrics.getOrDefault(name, Double.NaN);
  }
}
