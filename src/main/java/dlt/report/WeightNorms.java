package dlt.report;

import dlt.tensor.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How large the selected weights are, and the gradients of the loss by them, parameter by parameter. What is not trained has
/// no gradient.
final class WeightNorms {
  static final List<String> HEADING =
      List.of("parameter", "shape", "Euclidean norm", "root mean square", "largest", "norm of the gradient", "gradient / weight");

  private WeightNorms() {}

  static List<List<String>> rows(Map<String, HostTensor> weights, Map<String, HostTensor> gradients) {
    List<List<String>> rows = new ArrayList<>();
    weights.forEach((name, w) -> {
      double norm = norm(w);
      double largest = 0;
      for (long i = 0; i < w.size(); i++) {
        largest = Math.max(largest, Math.abs(w.at(i)));
      }
      List<String> row = new ArrayList<>(List.of(name, w.shape().toString(), Comparison.figure(norm), Comparison.figure(norm / Math.sqrt(w.size())), Comparison.figure(largest)));
      if (gradients.containsKey(name)) {
        double gradient = norm(gradients.get(name));
        row.addAll(List.of(Comparison.figure(gradient), norm == 0 ? "" : Comparison.figure(gradient / norm)));
      } else {
        row.addAll(List.of("", ""));
      }
      rows.add(row);
    });
    return rows;
  }

  private static double norm(HostTensor t) {
    double squares = 0;
    for (long i = 0; i < t.size(); i++) {
      double v = t.at(i);
      squares += v * v;
    }
    return Math.sqrt(squares);
  }
}
