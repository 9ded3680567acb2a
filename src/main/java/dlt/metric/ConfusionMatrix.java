package dlt.metric;

import java.util.Arrays;
import java.util.List;

/// How often each class (row) was predicted as each (column).
public record ConfusionMatrix(List<List<Long>> counts) {
  static ConfusionMatrix of(long[][] counts) {
    return new ConfusionMatrix(Arrays.stream(counts).map(row -> Arrays.stream(row).boxed().toList()).toList());
  }
}
