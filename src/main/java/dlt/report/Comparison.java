package dlt.report;

import dlt.config.YamlNode;
import dlt.error.Failure;
import dlt.experiment.Differences;
import dlt.metric.Metric;
import dlt.run.History;
import dlt.run.Manifest;
import dlt.run.RunDirectory;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// Runs side by side: the keys of their experiments that differ (a run without the key has none), their figures (NaN where
/// a run lacks one), and the seconds that their epochs took.
public record Comparison(
    List<String> runs, SequencedMap<String, List<Optional<String>>> configuration, SequencedMap<String, List<Double>> metrics, List<Double> seconds) {

  /// Compares `runs`. Throws a [Failure] of kind USAGE where one is no run, or has not ended.
  public static Comparison of(List<RunDirectory> runs) {
    List<Map<String, String>> keys = new ArrayList<>();
    List<Map<String, Double>> results = new ArrayList<>();
    for (RunDirectory run : runs) {
      if (!run.exists()) {
        throw new Failure(Failure.Kind.USAGE, run.path() + ": no run is here; give the folder of one");
      }
      Manifest manifest = Manifest.read(run);
      if (manifest.finished() == null) {
        throw new Failure(Failure.Kind.USAGE, run.path() + ": the run has not ended; go on with dlt train " + manifest.experiment() + " --out "
            + run.path() + " --resume");
      }
      keys.add(Differences.flat(YamlNode.read(run.config())));
      results.add(manifest.results());
    }
    SequencedMap<String, List<Optional<String>>> configuration = new LinkedHashMap<>();
    for (String key : union(keys)) {
      List<Optional<String>> values = keys.stream().map(k -> Optional.ofNullable(k.get(key))).toList();
      if (values.stream().distinct().count() > 1) {
        configuration.put(key, values);
      }
    }
    SequencedMap<String, List<Double>> metrics = new LinkedHashMap<>();
    for (String name : union(results)) {
      // those without a part repeat the test's or the validation's
      if (name.contains(".") && !name.equals(Manifest.ONNX_DIFFERENCE)) {
        metrics.put(name, results.stream().map(r -> r.getOrDefault(name, Double.NaN)).toList());
      }
    }
    return new Comparison(names(runs), configuration, metrics, runs.stream().map(r -> History.read(r).seconds()).toList());
  }

  private static Set<String> union(List<? extends Map<String, ?>> maps) {
    Set<String> r = new LinkedHashSet<>();
    maps.forEach(m -> r.addAll(m.keySet()));
    return r;
  }

  /// The folders' names; whole paths where two have the same.
  static List<String> names(List<RunDirectory> runs) {
    List<String> r = runs.stream().map(d -> d.path().toAbsolutePath().normalize().getFileName().toString()).toList();
    return new LinkedHashSet<>(r).size() == r.size() ? r : runs.stream().map(d -> d.path().toString()).toList();
  }

  /// Which runs are best at a metric; none where all are level, or the metric is none of dlt's.
  public List<Integer> best(String metric) {
    double[] values = metrics.get(metric).stream().mapToDouble(Double::doubleValue).toArray();
    Optional<Boolean> higher = higherIsBetter(metric.substring(metric.lastIndexOf('.') + 1));
    if (higher.isEmpty() || Arrays.stream(values).distinct().count() < 2) {
      return List.of();
    }
    double best = Arrays.stream(values).filter(v -> !Double.isNaN(v)).reduce(higher.get() ? Math::max : Math::min).orElse(Double.NaN);
    List<Integer> r = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      if (values[i] == best) {
        r.add(i);
      }
    }
    return r;
  }

  private static Optional<Boolean> higherIsBetter(String name) {
    return name.equals("loss")
        ? Optional.of(false)
        : Arrays.stream(Metric.values()).filter(m -> m.key().equals(name)).findFirst().map(Metric::higherIsBetter);
  }

  /// The rows of a table: a heading, the keys, the metrics with `mark` around the best, and the seconds.
  List<List<String>> rows(String mark) {
    List<List<String>> r = new ArrayList<>();
    r.add(row("", runs));
    configuration.forEach((key, values) -> r.add(row(key, values.stream().map(v -> v.orElse("-")).toList())));
    metrics.forEach((name, values) -> {
      List<Integer> best = best(name);
      List<String> cells = new ArrayList<>();
      for (int i = 0; i < values.size(); i++) {
        String text = figure(values.get(i));
        cells.add(best.contains(i) ? mark + text + mark : text);
      }
      r.add(row(name, cells));
    });
    r.add(row("seconds", seconds.stream().map(s -> String.format(Locale.ROOT, "%.1f", s)).toList()));
    return r;
  }

  private static List<String> row(String first, List<String> others) {
    List<String> r = new ArrayList<>(List.of(first));
    r.addAll(others);
    return r;
  }

  /// As [Figure#text]; `-` where there is none.
  static String figure(double value) {
    return Double.isNaN(value) ? "-" : Figure.text(value);
  }

  /// For a terminal: a column a run, `*` at the best.
  public String text() {
    List<List<String>> rows = rows("*");
    int[] widths = new int[runs.size() + 1];
    rows.forEach(row -> {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    });
    StringBuilder b = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = row.get(i);
        line.append(i == 0 ? cell : "  " + " ".repeat(widths[i] - cell.length()) + cell);
        line.append(i == 0 ? " ".repeat(widths[0] - cell.length()) : "");
      }
      b.append(line.toString().stripTrailing()).append('\n');
    }
    return b.toString();
  }

  /// For a pull request: a Markdown table, the best in bold.
  public String markdown() {
    List<List<String>> rows = rows("**");
    return Markdown.table(rows.getFirst(), rows.subList(1, rows.size()), true);
  }
}
