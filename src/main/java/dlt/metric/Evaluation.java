package dlt.metric;

import dlt.tensor.HostTensor;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Metrics of predictions that come batch by batch, accumulated in double, sample after sample: they do not depend on how the
/// samples are batched.
public final class Evaluation {
  private static final Set<Metric> RANKING = Collections.unmodifiableSet(EnumSet.of(Metric.ROC_AUC, Metric.ROC_AUC_MACRO,
      Metric.ROC_AUC_OVR_MACRO, Metric.AVERAGE_PRECISION, Metric.AVERAGE_PRECISION_MACRO));
  /// The least probability that a logarithm is taken of, scikit-learn's.
  private static final double LEAST = Math.ulp(1.0);

  private static final long NONE = -1;
  private static final int MOST_CLASSES_IN_MATRIX = 1000;

  private final Task task;
  private final List<Metric> metrics;
  private final boolean ranked;
  private final long ignored;

  /// Elements that have been counted: samples, pixels, or the labels' columns of one.
  private long counted;
  /// Elements that are right as a whole; for classes at places, samples.
  private long exact;
  /// Samples with classes, at one place at least.
  private long samples;
  /// Of sequences: changes that make them right, and labels that there should be.
  private long edits;
  private long labels;
  private double logSum;
  private double squareSum;
  /// null for tasks without classes, and for so many that the matrix would take all memory.
  private long[][] confusion;
  private long[] right;
  private long[] predicted;
  private long[] actual;
  /// How often the right class had each place among the scores.
  private long[] places;
  private List<Ranking> rankings;
  private List<Deviations> deviations;

  /// Of all class indices, and of sequences with blank 0. Throws [IllegalArgumentException] for a metric that does not fit `task`
  /// ([Metric#mismatch]).
  public Evaluation(Task task, List<Metric> metrics) {
    this(task, metrics, task == Task.SEQUENCE ? 0 : NONE);
  }

  /// As above; where targets are class indices, those that are `ignored` do not count, nor do others that are no class. Of
  /// sequences it is the blank.
  public Evaluation(Task task, List<Metric> metrics, long ignored) {
    this.ignored = ignored;
    metrics.stream().flatMap(m -> m.mismatch(task).stream()).findFirst().ifPresent(m -> {
      throw new IllegalArgumentException(m);
    });
    this.task = task;
    this.metrics = List.copyOf(metrics);
    this.ranked = metrics.stream().anyMatch(RANKING::contains);
  }

  /// Adds a batch: activated predictions (probabilities, scores or numbers) and targets, as [Task] says. The first dimension of
  /// both is the same.
  public void add(HostTensor predictions, HostTensor targets) {
    int n = predictions.shape().dim(0);
    if (n == 0) {
      return;
    }
    int columns = switch (task) {
      case MULTICLASS, MULTILABEL -> predictions.shape().dim(1);
      case BINARY, DECISION -> 1;
      case REGRESSION, SEQUENCE -> Math.toIntExact(predictions.size() / n);
    };
    int inner = Math.toIntExact(predictions.size() / ((long) n * columns));
    boolean indices = task == Task.MULTICLASS && targets.size() == (long) n * inner;
    boolean sequences = task == Task.SEQUENCE;
    if (!indices && !sequences && targets.size() != predictions.size()) {
      throw new IllegalArgumentException("predictions " + predictions.type() + " met targets " + targets.type());
    }
    allocate(columns);
    double[] row = new double[columns];
    double[] wanted = new double[sequences ? Math.toIntExact(targets.size() / n) : columns];
    for (int i = 0; i < n; i++) {
      long before = counted;
      boolean whole = true;
      for (int j = 0; j < inner; j++) {
        for (int c = 0; c < columns; c++) {
          long at = ((long) i * columns + c) * inner + j;
          row[c] = predictions.at(at);
        }
        for (int c = 0; c < wanted.length && !indices; c++) {
          wanted[c] = targets.at(((long) i * wanted.length + c) * inner + j);
        }
        switch (task) {
          case MULTICLASS -> whole &= addClass(row, indices ? targets.longAt((long) i * inner + j) : largest(wanted));
          case BINARY -> addAnswer(row[0], wanted[0] >= 0.5);
          case DECISION -> addDecision(row[0], wanted[0] > 0);
          case MULTILABEL -> addLabels(row, wanted);
          case REGRESSION -> addNumbers(row, wanted);
          case SEQUENCE -> addSequence(LabelSequence.best(row, predictions.shape().dim(-1), ignored), LabelSequence.target(wanted, ignored));
        }
      }
      if (task == Task.MULTICLASS && counted > before) {
        samples++;
        exact += whole ? 1 : 0;
      }
    }
  }

  private void allocate(int columns) {
    if (rankings != null) {
      return;
    }
    rankings = ranked ? Stream.generate(Ranking::new).limit(columns).toList() : List.of();
    switch (task) {
      case MULTICLASS -> {
        count(columns);
        confusion = columns <= MOST_CLASSES_IN_MATRIX ? new long[columns][columns] : null;
        places = new long[columns];
      }
      case BINARY, DECISION -> {
        count(2);
        confusion = new long[2][2];
      }
      case MULTILABEL -> count(columns);
      case REGRESSION -> deviations = IntStream.range(0, columns)
          .mapToObj(c -> new Deviations(metrics.contains(Metric.MEDIAN_ABSOLUTE_ERROR))).toList();
      case SEQUENCE -> {}
    }
  }

  private void count(int classes) {
    right = new long[classes];
    predicted = new long[classes];
    actual = new long[classes];
  }

  /// Counts that a class was taken for another, or itself.
  private void took(int wanted, int found) {
    actual[wanted]++;
    predicted[found]++;
    right[wanted] += wanted == found ? 1 : 0;
    if (confusion != null) {
      confusion[wanted][found]++;
    }
  }

  private static int largest(double[] row) {
    int best = 0;
    for (int c = 1; c < row.length; c++) {
      best = row[c] > row[best] ? c : best;
    }
    return best;
  }

  /// Adds a class at one place; whether it is right, or does not count.
  private boolean addClass(double[] row, long index) {
    if (index < 0 || index >= row.length || index == ignored) {
      return true;
    }
    int wanted = (int) index;
    int place = 0;
    for (int c = 0; c < row.length; c++) {
      // among equal scores the last class comes first, as in scikit-learn
      place += row[c] > row[wanted] || row[c] == row[wanted] && c > wanted ? 1 : 0;
    }
    places[place]++;
    int found = largest(row);
    took(wanted, found);
    logSum -= Math.log(Math.clamp(row[wanted], LEAST, 1 - LEAST));
    for (int c = 0; c < rankings.size(); c++) {
      rankings.get(c).add(row[c], c == wanted);
    }
    counted++;
    return found == wanted;
  }

  private void addAnswer(double probability, boolean wanted) {
    took(wanted ? 1 : 0, probability >= 0.5 ? 1 : 0);
    logSum -= Math.log(Math.clamp(wanted ? probability : 1 - probability, LEAST, 1 - LEAST));
    double distance = probability - (wanted ? 1 : 0);
    squareSum += distance * distance;
    rankings.forEach(r -> r.add(probability, wanted));
    counted++;
  }

  private void addDecision(double score, boolean wanted) {
    took(wanted ? 1 : 0, score > 0 ? 1 : 0);
    rankings.forEach(r -> r.add(score, wanted));
    counted++;
  }

  private void addLabels(double[] row, double[] wanted) {
    boolean all = true;
    for (int c = 0; c < row.length; c++) {
      boolean yes = row[c] >= 0.5;
      boolean is = wanted[c] >= 0.5;
      predicted[c] += yes ? 1 : 0;
      actual[c] += is ? 1 : 0;
      right[c] += yes && is ? 1 : 0;
      all &= yes == is;
      if (ranked) {
        rankings.get(c).add(row[c], is);
      }
    }
    exact += all ? 1 : 0;
    counted++;
  }

  private void addNumbers(double[] row, double[] wanted) {
    for (int c = 0; c < row.length; c++) {
      deviations.get(c).add(row[c], wanted[c]);
    }
    counted++;
  }

  private void addSequence(LabelSequence found, LabelSequence wanted) {
    edits += found.distance(wanted);
    labels += wanted.labels().size();
    exact += found.equals(wanted) ? 1 : 0;
    counted++;
  }

  /// The metrics of all samples added, by name; NaN where one is not defined for them.
  public SequencedMap<String, Double> values() {
    SequencedMap<String, Double> r = new LinkedHashMap<>();
    metrics.forEach(m -> r.put(m.key(), counted == 0 ? Double.NaN : m.of(this)));
    return r;
  }

  /// How often each class was taken for each (no and yes for a binary task); empty for other tasks, for more than a
  /// thousand classes, or before the first sample.
  public Optional<ConfusionMatrix> confusion() {
    return confusion == null ? Optional.empty() : Optional.of(ConfusionMatrix.of(confusion));
  }

  /// The figures of each class or label; none for a regression, or before the first sample.
  public List<ClassReport> report() {
    return right == null ? List.of() : counts().report();
  }

  /// The thresholds of each class or label (of yes for a binary task); none where no metric asks for their order.
  public List<List<Threshold>> thresholds() {
    return rankings == null ? List.of() : rankings.stream().map(Ranking::thresholds).toList();
  }

  ClassCounts counts() {
    return ClassCounts.of(right, predicted, actual);
  }

  double topAccuracy(int k) {
    long hits = 0;
    for (int i = 0; i < Math.min(k, places.length); i++) {
      hits += places[i];
    }
    return (double) hits / counted;
  }

  double logLoss() {
    return logSum / counted;
  }

  double brier() {
    return squareSum / counted;
  }

  double subsetAccuracy() {
    return (double) exact / counted;
  }

  double exactMatch() {
    return (double) exact / samples;
  }

  double labelErrorRate() {
    return (double) edits / labels;
  }

  double labelAccuracy() {
    long wrong = 0;
    for (int c = 0; c < right.length; c++) {
      wrong += predicted[c] + actual[c] - 2 * right[c];
    }
    double all = (double) counted * right.length;
    return (all - wrong) / all;
  }

  double meanRanking(ToDoubleFunction<Ranking> figure) {
    return rankings.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }

  double meanDeviation(ToDoubleFunction<Deviations> figure) {
    return deviations.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }

  double largestDeviation() {
    return deviations.stream().mapToDouble(Deviations::largest).max().orElse(Double.NaN);
  }
}
