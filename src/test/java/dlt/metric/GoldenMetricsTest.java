package dlt.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dlt.golden.GoldenTable;
import dlt.golden.GoldenCases;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/// scikit-learn's metrics.
@ExtendWith(GoldenTable.class)
class GoldenMetricsTest {
  @TestFactory
  Stream<DynamicTest> metricsAreScikitLearns() {
    List<GoldenCases.Case> cases = GoldenCases.read("metrics").cases();
    return cases.stream().map(c -> DynamicTest.dynamicTest(c.name() + " " + c.json().get("task").asText(), () -> check(c.json())));
  }

  private static void check(JsonNode c) {
    Task task = Task.valueOf(c.get("task").asText().toUpperCase(Locale.ROOT));
    HostTensor predictions = tensor(c.has("probabilities") ? c.get("probabilities") : c.has("scores") ? c.get("scores") : c.get("prediction"));
    HostTensor targets = tensor(c.get("target"));
    List<Metric> metrics = new ArrayList<>();
    c.get("expected").fieldNames().forEachRemaining(name -> {
      if (!name.equals("confusion")) {
        metrics.add(Metric.valueOf(name.toUpperCase(Locale.ROOT)));
      }
    });
    for (int batch : List.of(predictions.shape().dim(0), 7)) {
      Evaluation evaluation = new Evaluation(task, metrics);
      for (int from = 0; from < predictions.shape().dim(0); from += batch) {
        evaluation.add(rows(predictions, from, batch), rows(targets, from, batch));
      }
      Map<String, Double> values = evaluation.values();
      c.get("expected").properties().forEach(e -> {
        if (e.getKey().equals("confusion")) {
          assertThat(evaluation.confusion().orElseThrow().counts()).hasToString(list(e.getValue()).toString());
        } else {
          double expected = e.getValue().asDouble();
          assertThat(values.get(e.getKey())).as(e.getKey()).isCloseTo(expected, within(1e-9 * Math.max(1e-3, Math.abs(expected))));
        }
      });
    }
  }

  private static List<List<Integer>> list(JsonNode rows) {
    List<List<Integer>> r = new ArrayList<>();
    for (JsonNode row : rows) {
      List<Integer> l = new ArrayList<>();
      row.forEach(v -> l.add(v.asInt()));
      r.add(l);
    }
    return r;
  }

  private static HostTensor tensor(JsonNode values) {
    List<Double> flat = new ArrayList<>();
    for (JsonNode row : values) {
      if (row.isArray()) {
        row.forEach(v -> flat.add(v.asDouble()));
      } else {
        flat.add(row.asDouble());
      }
    }
    Shape shape = values.get(0).isArray() ? Shape.of(values.size(), values.get(0).size()) : Shape.of(values.size());
    return HostTensor.ofDoubles(shape, flat.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static HostTensor rows(HostTensor t, int from, int count) {
    int n = Math.min(count, t.shape().dim(0) - from);
    long row = t.size() / t.shape().dim(0) * 8;
    return new HostTensor(new dlt.tensor.TensorType(t.dtype(), t.shape().with(0, n)), t.data().asSlice(from * row, n * row));
  }
}
