package dlt.report;

import dlt.backend.Backend;
import dlt.data.Column;
import dlt.data.Field;
import dlt.data.Part;
import dlt.data.Vocabulary;
import dlt.metric.ClassReport;
import dlt.metric.ConfusionMatrix;
import dlt.metric.Evaluation;
import dlt.metric.LabelSequence;
import dlt.metric.Metric;
import dlt.metric.Task;
import dlt.metric.Threshold;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.train.SavedModel;
import dlt.train.Scores;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SequencedMap;

/// How the selected model does on one part of its data. `thresholds` hold those of each class or label; `calibration` sets
/// what the model is sure of against how often it is right; `points` are targets and predictions of a regression's first
/// number; `worst` are the samples that it is furthest from, the worst first.
public record Findings(
    String part, int samples, Task task, List<String> classes, SequencedMap<String, Double> metrics, Optional<ConfusionMatrix> confusion,
    List<ClassReport> report, List<List<Threshold>> thresholds, List<Bin> calibration, List<Point> points, List<Example> worst) {
  /// Predictions of about the same probability: their mean, the share of them that is right, and their number.
  public record Bin(double confidence, double right, long count) {}

  /// A target and what was predicted for it.
  public record Point(double target, double prediction) {}

  /// A sample with how far off the prediction is: from 0, and to 1 where predictions are probabilities.
  public record Example(int sample, double distance, String target, String prediction) {}

  private static final int WORST = 12, BINS = 10, POINTS = 2000;
  /// Beyond this many scores their order is not kept: a picture does not need it, and the pixels of masks are many.
  private static final long RANKED = 4_000_000;

  /// Runs `model` on `part`.
  public static Findings of(SavedModel model, Backend backend, Part part) {
    Gathering gathering = new Gathering(model, part);
    Scores scores = model.scores(backend, part, gathering::add);
    return gathering.findings(scores);
  }

  /// Takes the predictions batch by batch.
  private static final class Gathering {
    private final Part part;
    private final Task task;
    private final List<String> classes;
    /// The last dimension of the scores.
    private final int columns;
    private final long ignored;
    private final Evaluation evaluation;
    private final double[] confidence = new double[BINS];
    private final long[] right = new long[BINS];
    private final long[] count = new long[BINS];
    private final List<Point> points = new ArrayList<>();
    private final PriorityQueue<Example> worst = new PriorityQueue<>(Comparator.comparingDouble(Example::distance));
    private int done;

    Gathering(SavedModel model, Part part) {
      this.part = part;
      this.task = model.task();
      this.classes = task == Task.MULTILABEL ? labels(model) : classes(model);
      this.ignored = model.assembly().ignoredClass();
      List<Metric> metrics = new ArrayList<>(model.metrics());
      if (part.size() * model.assembly().outputs().get(model.assembly().scored()).size() <= RANKED) {
        ranking(task).filter(m -> !metrics.contains(m)).ifPresent(metrics::add);
      }
      Shape scores = model.assembly().outputs().get(model.assembly().scored());
      this.columns = scores.rank() == 0 ? 1 : scores.dim(-1);
      this.evaluation = new Evaluation(task, metrics, ignored);
    }

    private static List<String> classes(SavedModel model) {
      return model.text().flatMap(Field::vocabulary).map(Vocabulary::names).orElseGet(model::classes);
    }

    /// The columns that the labels come from; else the classes.
    private static List<String> labels(SavedModel model) {
      List<String> columns = model.assembly().schema().targets().stream().limit(1).flatMap(t -> t.columns().stream()).map(Column::name).toList();
      return columns.isEmpty() ? model.classes() : columns;
    }

    private static Optional<Metric> ranking(Task task) {
      return switch (task) {
        case MULTICLASS -> Optional.of(Metric.ROC_AUC_OVR_MACRO);
        case BINARY, DECISION -> Optional.of(Metric.ROC_AUC);
        case MULTILABEL -> Optional.of(Metric.ROC_AUC_MACRO);
        case REGRESSION, SEQUENCE -> Optional.empty();
      };
    }

    void add(HostTensor predictions, HostTensor targets) {
      int n = predictions.shape().dim(0);
      evaluation.add(predictions, targets);
      int p = Math.toIntExact(predictions.size() / n);
      int t = Math.toIntExact(targets.size() / n);
      for (int i = 0; i < n; i++) {
        double[] prediction = new double[p];
        double[] wanted = new double[t];
        for (int j = 0; j < p; j++) {
          prediction[j] = predictions.at((long) i * p + j);
        }
        for (int j = 0; j < t; j++) {
          wanted[j] = targets.at((long) i * t + j);
        }
        sample(done + i, prediction, wanted);
      }
      done += n;
    }

    private void sample(int place, double[] prediction, double[] wanted) {
      double distance = switch (task) {
        case MULTICLASS -> prediction.length == wanted.length ? meanDistance(prediction, wanted) : classes(prediction, wanted);
        case BINARY, MULTILABEL -> answers(prediction, wanted);
        // by how much the score lies on the wrong side
        case DECISION -> wanted[0] > 0 ? -prediction[0] : prediction[0];
        case REGRESSION -> {
          if (place % Math.ceilDiv(part.size(), POINTS) == 0) {
            points.add(new Point(wanted[0], prediction[0]));
          }
          yield meanDistance(prediction, wanted);
        }
        case SEQUENCE -> LabelSequence.best(prediction, columns, ignored).distance(LabelSequence.target(wanted, ignored));
      };
      if (worst.size() < WORST || distance > worst.peek().distance()) {
        worst.add(new Example(part.samples()[place], distance, wanted(wanted), predicted(prediction, wanted.length)));
        if (worst.size() > WORST) {
          worst.poll();
        }
      }
    }

    /// The mean, over one element or a map of them, of what the right class lacks in probability.
    private double classes(double[] prediction, double[] wanted) {
      int inner = wanted.length;
      int classes = prediction.length / inner;
      double sum = 0;
      for (int j = 0; j < inner; j++) {
        int best = 0;
        for (int c = 1; c < classes; c++) {
          best = prediction[c * inner + j] > prediction[best * inner + j] ? c : best;
        }
        int is = (int) wanted[j];
        if (is >= 0 && is < classes && is != ignored) {
          sum += 1 - prediction[is * inner + j];
          bin(prediction[best * inner + j], best == is);
        }
      }
      return sum / inner;
    }

    private double answers(double[] prediction, double[] wanted) {
      for (int j = 0; j < prediction.length; j++) {
        boolean yes = prediction[j] >= 0.5;
        bin(yes ? prediction[j] : 1 - prediction[j], yes == wanted[j] >= 0.5);
      }
      return meanDistance(prediction, wanted);
    }

    private static double meanDistance(double[] prediction, double[] wanted) {
      double sum = 0;
      for (int j = 0; j < wanted.length; j++) {
        sum += Math.abs(prediction[j] - wanted[j]);
      }
      return sum / wanted.length;
    }

    private void bin(double sure, boolean isRight) {
      int b = Math.clamp((int) (sure * BINS), 0, BINS - 1);
      confidence[b] += sure;
      right[b] += isRight ? 1 : 0;
      count[b]++;
    }

    private String wanted(double[] wanted) {
      return switch (task) {
        case MULTICLASS, BINARY -> wanted.length == 1 ? name((int) wanted[0]) : "";
        case DECISION -> wanted[0] > 0 ? "yes" : "no";
        case MULTILABEL -> labels(wanted);
        case REGRESSION -> wanted.length == 1 ? Comparison.figure(wanted[0]) : "";
        case SEQUENCE -> labels(LabelSequence.target(wanted, ignored));
      };
    }

    private String predicted(double[] prediction, int targets) {
      return switch (task) {
        case MULTICLASS -> {
          int best = 0;
          for (int c = 1; c < prediction.length; c++) {
            best = prediction[c] > prediction[best] ? c : best;
          }
          yield targets == 1 ? name(best) : "";
        }
        case DECISION -> prediction[0] > 0 ? "yes" : "no";
        case BINARY -> prediction.length == 1 ? name(prediction[0] >= 0.5 ? 1 : 0) : "";
        case MULTILABEL -> labels(prediction);
        case REGRESSION -> prediction.length == 1 ? Comparison.figure(prediction[0]) : "";
        case SEQUENCE -> labels(LabelSequence.best(prediction, columns, ignored));
      };
    }

    private String labels(LabelSequence sequence) {
      return String.join(" ", sequence.labels().stream().map(this::name).toList());
    }

    private String labels(double[] answers) {
      List<String> r = new ArrayList<>();
      for (int c = 0; c < answers.length && answers.length <= 100; c++) {
        if (answers[c] >= 0.5) {
          r.add(name(c));
        }
      }
      return r.isEmpty() ? "none" : String.join(", ", r);
    }

    private String name(int index) {
      return index >= 0 && index < classes.size() ? classes.get(index) : Integer.toString(index);
    }

    Findings findings(Scores scores) {
      List<Bin> calibration = new ArrayList<>();
      for (int b = 0; b < BINS; b++) {
        if (count[b] > 0) {
          calibration.add(new Bin(confidence[b] / count[b], (double) right[b] / count[b], count[b]));
        }
      }
      SequencedMap<String, Double> metrics = new LinkedHashMap<>(Map.of("loss", scores.loss()));
      metrics.putAll(evaluation.values());
      return new Findings(part.name(), part.size(), task, classes, metrics, evaluation.confusion(), evaluation.report(),
          evaluation.thresholds(), calibration, points, worst.stream().sorted(Comparator.comparingDouble(Example::distance).reversed()).toList());
    }
  }
}
