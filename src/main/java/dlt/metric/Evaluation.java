package dlt.metric;

import dlt.tensor.HostTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// Metrics of predictions that come batch by batch, accumulated in double; they depend on the samples alone, not on how they
/// are batched.
public final class Evaluation {
  private final List<Metric> metrics;

  /// Metrics that fit `task`.
  public Evaluation(Task task, List<Metric> metrics) {
    this.metrics = List.copyOf(metrics);
  }

  /// Adds a batch: activated predictions (probabilities, scores or numbers) and targets, as [Task] says. The first dimension of both
  /// is the same.
  public void add(HostTensor predictions, HostTensor targets) {}

  /// The metrics of all samples added, by name; NaN where one is not defined for them.
  public SequencedMap<String, Double> values() {
    SequencedMap<String, Double> r = new LinkedHashMap<>();
    metrics.forEach(m -> r.put(m.key(), Double.NaN));
    return r;
  }

  /// How often each class was taken for each; empty for a regression.
  public Optional<ConfusionMatrix> confusion() {
    return Optional.empty();
  }
}
