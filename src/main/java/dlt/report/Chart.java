package dlt.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.run.History;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/// Curves over a common axis: titles, whether points are joined, and an x that is marked.
public record Chart(String title, String x, String y, boolean joined, OptionalDouble mark, List<Series> series) {
  /// One curve: its name and its points, in order, and whether they are joined (where the chart's are). What is not finite leaves
  /// a gap.
  public record Series(String name, double[] x, double[] y, boolean joined) {
    public Series(String name, double[] x, double[] y) {
      this(name, x, y, true);
    }

    /// The same points, not joined.
    Series points() {
      return new Series(name, x, y, false);
    }

    static <T> Series of(String name, List<T> items, ToDoubleFunction<T> x, ToDoubleFunction<T> y) {
      return new Series(name, items.stream().mapToDouble(x).toArray(), items.stream().mapToDouble(y).toArray());
    }

    /// This curve with a limited number of points: of each stretch the lowest and the highest.
    Series thinned() {
      int stretch = (x.length + MOST / 2 - 1) / (MOST / 2);
      if (x.length <= MOST) {
        return this;
      }
      List<Integer> kept = new ArrayList<>();
      for (int from = 0; from < x.length; from += stretch) {
        int low = from;
        int high = from;
        for (int i = from; i < Math.min(x.length, from + stretch); i++) {
          low = y[i] < y[low] ? i : low;
          high = y[i] > y[high] ? i : high;
        }
        kept.add(Math.min(low, high));
        if (low != high) {
          kept.add(Math.max(low, high));
        }
      }
      return new Series(name, kept.stream().mapToDouble(i -> x[i]).toArray(), kept.stream().mapToDouble(i -> y[i]).toArray());
    }
  }

  private static final int MOST = 1000, MOST_CLASSES = 12;
  private static final Set<String> LOGARITHMIC = Set.of("loss", "learning rate");

  /// The curves of one training: losses and metrics by epoch with the selected one marked, the steps' loss, the learning rate
  /// and the time.
  static List<Chart> of(History history) {
    OptionalDouble best = history.bestEpoch().isPresent() ? OptionalDouble.of(history.bestEpoch().getAsInt()) : OptionalDouble.empty();
    List<Chart> r = new ArrayList<>();
    SequencedMap<String, List<Series>> byFigure = new LinkedHashMap<>();
    List<History.Epoch> epochs = history.epochs();
    if (!epochs.isEmpty()) {
      epochs.getLast().train().keySet().forEach(k -> byFigure.computeIfAbsent(k, _ -> new ArrayList<>()).add(
          Series.of("train", epochs, History.Epoch::epoch, e -> e.train().getOrDefault(k, Double.NaN))));
      epochs.getLast().validation().keySet().forEach(k -> byFigure.computeIfAbsent(k, _ -> new ArrayList<>()).add(
          Series.of("validation", epochs, History.Epoch::epoch, e -> e.validation().getOrDefault(k, Double.NaN))));
    }
    byFigure.forEach((name, series) -> r.add(new Chart(name, "epoch", name, true, best, series)));
    if (history.steps().size() > 1) {
      r.add(new Chart("loss of logged steps", "step", "loss", true, OptionalDouble.empty(),
          List.of(Series.of("batch", history.steps(), History.Step::step, History.Step::loss).thinned())));
      r.add(new Chart("learning rate", "step", "learning rate", true, OptionalDouble.empty(),
          List.of(Series.of("learning rate", history.steps(), History.Step::step, History.Step::lr).thinned())));
    }
    if (!epochs.isEmpty()) {
      r.add(new Chart("time", "epoch", "seconds", true, OptionalDouble.empty(),
          List.of(Series.of("seconds an epoch", epochs, History.Epoch::epoch, History.Epoch::seconds))));
    }
    return r;
  }

  /// The same charts of several trainings laid over one another; `names` are theirs.
  static List<Chart> overlaid(List<String> names, List<History> histories) {
    SequencedMap<String, Chart> r = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      for (Chart chart : of(histories.get(i))) {
        List<Series> series = new ArrayList<>(r.containsKey(chart.title) ? r.get(chart.title).series : List.of());
        for (Series s : chart.series) {
          series.add(new Series(names.get(i) + (chart.series.size() > 1 ? " " + s.name : ""), s.x, s.y));
        }
        r.put(chart.title, new Chart(chart.title, chart.x, chart.y, chart.joined, OptionalDouble.empty(), series));
      }
    }
    return List.copyOf(r.values());
  }

  /// How the selected model does, as charts.
  static List<Chart> of(Findings f) {
    List<Chart> r = new ArrayList<>();
    if (!f.thresholds().isEmpty()) {
      List<Series> roc = new ArrayList<>();
      List<Series> precisionRecall = new ArrayList<>();
      for (int c = 0; c < Math.min(MOST_CLASSES, f.thresholds().size()); c++) {
        String name = f.thresholds().size() == 1 ? "yes" : c < f.classes().size() ? f.classes().get(c) : "class " + c;
        var thresholds = f.thresholds().get(c);
        double[] x = new double[thresholds.size() + 1];
        double[] y = new double[thresholds.size() + 1];
        for (int i = 0; i < thresholds.size(); i++) {
          x[i + 1] = thresholds.get(i).falsePositiveRate();
          y[i + 1] = thresholds.get(i).recall();
        }
        roc.add(new Series(name, x, y).thinned());
        precisionRecall.add(Series.of(name, thresholds, t -> t.recall(), t -> t.precision()).thinned());
      }
      r.add(new Chart("ROC", "false positive rate", "recall", true, OptionalDouble.empty(), roc));
      r.add(new Chart("precision and recall", "recall", "precision", true, OptionalDouble.empty(), precisionRecall));
    }
    if (!f.calibration().isEmpty()) {
      r.add(new Chart("calibration", "confidence", "share that is right", true, OptionalDouble.empty(),
          List.of(Series.of("model", f.calibration(), Findings.Bin::confidence, Findings.Bin::right),
              new Series("perfect", new double[] {0, 1}, new double[] {0, 1}))));
    }
    if (!f.points().isEmpty()) {
      r.add(new Chart("predictions", "target", "prediction", false, OptionalDouble.empty(),
          List.of(Series.of("samples", f.points(), Findings.Point::target, Findings.Point::prediction))));
      r.add(new Chart("residuals", "prediction", "target minus prediction", false, OptionalDouble.empty(),
          List.of(Series.of("samples", f.points(), Findings.Point::prediction, p -> p.target() - p.prediction()))));
    }
    return r;
  }

  /// Whether y is drawn by its logarithm: losses and rates over more than a decade and a half.
  boolean logarithmic() {
    double[] all = series.stream().flatMapToDouble(s -> Arrays.stream(s.y)).filter(Double::isFinite).toArray();
    double low = Arrays.stream(all).min().orElse(0);
    return low > 0 && Arrays.stream(all).max().orElse(0) / low > 30 && LOGARITHMIC.contains(y);
  }

  ObjectNode json() {
    ObjectNode o = JsonNodeFactory.instance.objectNode().put("title", title).put("x", x).put("y", y).put("joined", joined).put("log", logarithmic());
    mark.ifPresent(m -> o.put("mark", m));
    ArrayNode all = o.putArray("series");
    for (Series s : series) {
      ObjectNode one = all.addObject().put("name", s.name).put("joined", joined && s.joined);
      numbers(one.putArray("x"), s.x);
      numbers(one.putArray("y"), s.y);
    }
    return o;
  }

  private static void numbers(ArrayNode to, double[] values) {
    for (double v : values) {
      if (Double.isFinite(v)) {
        to.add(v);
      } else {
        to.addNull();
      }
    }
  }
}
