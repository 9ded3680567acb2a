package dlt.metric;

import java.util.List;

/// How often each class (row) was predicted as each (column).
public record ConfusionMatrix(List<List<Long>> counts) {
  /// One class's figures; NaN-free: a figure with nothing to divide by is 0. `support` counts its samples.
  public record ClassReport(double precision, double recall, double f1, long support) {}

  /// The figures of each class.
  public List<ClassReport> report() {
    return List.of();
  }
}
