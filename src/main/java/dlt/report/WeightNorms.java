package dlt.report;

import dlt.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How large the selected weights are, parameter by parameter.
final class WeightNorms {
  static final List<String> HEADING = List.of("parameter", "shape", "Euclidean norm", "root mean square", "largest");

  private WeightNorms() {}

  static List<List<String>> rows(Map<String, HostTensor> weights) {
    List<List<String>> rows = new ArrayList<>();
    weights.forEach((name, w) -> {
      double squares = 0, largest = 0;
      for (long i = 0; i < w.size(); i++) {
        double v = w.at(i);
        squares += v * v;
        largest = Math.max(largest, Math.abs(v));
      }
      rows.add(List.of(name, w.shape().toString(), Comparison.figure(Math.sqrt(squares)), Comparison.figure(Math.sqrt(squares / w.size())), Comparison.figure(largest)));
    });
    return rows;
  }
}
