package dlt.metric;

import static dlt.metric.Task.BINARY;
import static dlt.metric.Task.DECISION;
import static dlt.metric.Task.MULTICLASS;
import static dlt.metric.Task.MULTILABEL;
import static dlt.metric.Task.REGRESSION;
import static dlt.metric.Task.SEQUENCE;

import dlt.config.Doc;
import dlt.metric.ClassCounts.One;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/// A number that says how good predictions are, with scikit-learn's definitions; named in the file in snake_case. A
/// probability of one half or more is a yes, and so is a score above 0.
public enum Metric {
  @Doc("The share of right answers.")
  ACCURACY(EnumSet.of(MULTICLASS, BINARY, DECISION), true, e -> e.counts().accuracy()),
  @Doc("The mean of the shares of each class that were found.")
  BALANCED_ACCURACY(EnumSet.of(MULTICLASS, BINARY, DECISION), true, e -> e.counts().balancedAccuracy()),
  @Doc("The share of samples whose class is among the two with the highest scores.")
  TOP2_ACCURACY(EnumSet.of(MULTICLASS), true, e -> e.topAccuracy(2)),
  @Doc("The share of samples whose class is among the three with the highest scores.")
  TOP3_ACCURACY(EnumSet.of(MULTICLASS), true, e -> e.topAccuracy(3)),
  @Doc("The share of samples whose class is among the four with the highest scores.")
  TOP4_ACCURACY(EnumSet.of(MULTICLASS), true, e -> e.topAccuracy(4)),
  @Doc("The share of samples whose class is among the five with the highest scores.")
  TOP5_ACCURACY(EnumSet.of(MULTICLASS), true, e -> e.topAccuracy(5)),
  @Doc("The share of samples whose class is among the ten with the highest scores.")
  TOP10_ACCURACY(EnumSet.of(MULTICLASS), true, e -> e.topAccuracy(10)),

  @Doc("Of what was taken for a yes, the share that is one.")
  PRECISION(EnumSet.of(BINARY, DECISION), true, e -> e.counts().classes().get(1).precision()),
  @Doc("The share of each yes that was found.")
  RECALL(EnumSet.of(BINARY, DECISION), true, e -> e.counts().classes().get(1).recall()),
  @Doc("The harmonic mean of precision and recall.")
  F1(EnumSet.of(BINARY, DECISION), true, e -> e.counts().classes().get(1).f1()),
  @Doc("The mean of the classes' precisions.")
  PRECISION_MACRO(EnumSet.of(MULTICLASS, BINARY, MULTILABEL), true, e -> e.counts().macro(One::precision)),
  @Doc("The precision of all classes' counts together.")
  PRECISION_MICRO(EnumSet.of(MULTICLASS, BINARY, MULTILABEL), true, e -> e.counts().micro(One::precision)),
  @Doc("The mean of the classes' precisions, each as often as it occurs.")
  PRECISION_WEIGHTED(EnumSet.of(MULTICLASS, BINARY, MULTILABEL), true, e -> e.counts().weighted(One::precision)),
  @Doc("The mean of the classes' recalls.")
  RECALL_MACRO(EnumSet.of(MULTICLASS, BINARY, MULTILABEL), true, e -> e.counts().macro(One::recall)),
  @Doc("The recall of all classes' counts together.")
  RECALL_MICRO(EnumSet.of(MULTICLASS, BINARY, MULTILABEL), true, e -> e.counts().micro(One::recall)),
  @Doc("The mean of the classes' recalls, each as often as it occurs.")
  RECALL_WEIGHTED(EnumSet.of(MULTICLASS, BINARY, MULTILABEL), true, e -> e.counts().weighted(One::recall)),
  @Doc("The mean of the classes' F1.")
  F1_MACRO(EnumSet.of(MULTICLASS, BINARY, MULTILABEL), true, e -> e.counts().macro(One::f1)),
  @Doc("The F1 of all classes' counts together.")
  F1_MICRO(EnumSet.of(MULTICLASS, BINARY, MULTILABEL), true, e -> e.counts().micro(One::f1)),
  @Doc("The mean of the classes' F1, each as often as it occurs.")
  F1_WEIGHTED(EnumSet.of(MULTICLASS, BINARY, MULTILABEL), true, e -> e.counts().weighted(One::f1)),

  @Doc("Matthews's correlation coefficient.")
  MCC(EnumSet.of(MULTICLASS, BINARY, DECISION), true, e -> e.counts().mcc()),
  @Doc("Cohen's kappa: agreement beyond chance.")
  COHEN_KAPPA(EnumSet.of(MULTICLASS, BINARY, DECISION), true, e -> e.counts().kappa()),
  @Doc("The mean negative logarithm of the right class's probability.")
  LOG_LOSS(EnumSet.of(MULTICLASS, BINARY), false, Evaluation::logLoss),
  @Doc("e to the power of log_loss: of a language model, among how many words it wavers on average.")
  PERPLEXITY(EnumSet.of(MULTICLASS), false, e -> Math.exp(e.logLoss())),
  @Doc("The share of samples whose class is right at all places (words, pixels); of texts, those that are written without a mistake where the likeliest words "
      + "are taken.")
  EXACT_MATCH(EnumSet.of(MULTICLASS), true, Evaluation::exactMatch),
  @Doc("The mean squared distance of the probability from the answer.")
  BRIER(EnumSet.of(BINARY), false, Evaluation::brier),
  @Doc("The area under the receiver operating characteristic.")
  ROC_AUC(EnumSet.of(BINARY, DECISION), true, e -> e.meanRanking(Ranking::rocAuc)),
  @Doc("The mean of the areas under the curves of each class against the rest.")
  ROC_AUC_OVR_MACRO(EnumSet.of(MULTICLASS), true, e -> e.meanRanking(Ranking::rocAuc)),
  @Doc("The mean of the labels' areas under the curve.")
  ROC_AUC_MACRO(EnumSet.of(MULTILABEL), true, e -> e.meanRanking(Ranking::rocAuc)),
  @Doc("The mean precision over all thresholds, weighted by the gain in recall.")
  AVERAGE_PRECISION(EnumSet.of(BINARY, DECISION), true, e -> e.meanRanking(Ranking::averagePrecision)),
  @Doc("The mean of the labels' average precisions.")
  AVERAGE_PRECISION_MACRO(EnumSet.of(MULTILABEL), true, e -> e.meanRanking(Ranking::averagePrecision)),
  @Doc("Intersection over union (Jaccard) of what was taken for a yes and what is one.")
  IOU(EnumSet.of(BINARY), true, e -> e.counts().classes().get(1).iou()),
  @Doc("The mean intersection over union of the classes that occur.")
  IOU_MACRO(EnumSet.of(MULTICLASS, BINARY, MULTILABEL), true, e -> e.counts().macroOfPresent(One::iou)),
  @Doc("Twice the intersection over the sum of what was taken for a yes and what is one; the same as f1.")
  DICE(EnumSet.of(BINARY), true, e -> e.counts().classes().get(1).f1()),
  @Doc("The mean Dice coefficient of the classes that occur.")
  DICE_MACRO(EnumSet.of(MULTICLASS, BINARY, MULTILABEL), true, e -> e.counts().macroOfPresent(One::f1)),

  @Doc("The share of samples with all labels right.")
  SUBSET_ACCURACY(EnumSet.of(MULTILABEL), true, Evaluation::subsetAccuracy),
  @Doc("The share of labels that are right.")
  LABEL_ACCURACY(EnumSet.of(MULTILABEL), true, Evaluation::labelAccuracy),
  @Doc("The share of labels that are wrong.")
  HAMMING_LOSS(EnumSet.of(MULTILABEL), false, e -> 1 - e.labelAccuracy()),

  @Doc("The insertions, deletions and replacements that make the targets of the predicted labels, for each label of the targets.")
  LABEL_ERROR_RATE(EnumSet.of(SEQUENCE), false, Evaluation::labelErrorRate),
  @Doc("The share of samples whose labels are all right, and in their order.")
  SEQUENCE_ACCURACY(EnumSet.of(SEQUENCE), true, Evaluation::subsetAccuracy),

  @Doc("Mean absolute error.")
  MAE(EnumSet.of(REGRESSION), false, e -> e.meanDeviation(Deviations::meanAbsolute)),
  @Doc("Mean squared error.")
  MSE(EnumSet.of(REGRESSION), false, e -> e.meanDeviation(Deviations::meanSquared)),
  @Doc("The root of the mean squared error.")
  RMSE(EnumSet.of(REGRESSION), false, e -> Math.sqrt(e.meanDeviation(Deviations::meanSquared))),
  @Doc("The root of the mean squared difference of log(1 + x) of prediction and target, for numbers above -1: the relative error of prices and counts.")
  RMSLE(EnumSet.of(REGRESSION), false, e -> Math.sqrt(e.meanDeviation(Deviations::meanSquaredLog))),
  @Doc("The mean of the absolute errors, each as a share of the target's magnitude: 0.1 is 10 %.")
  MAPE(EnumSet.of(REGRESSION), false, e -> e.meanDeviation(Deviations::meanRelative)),
  @Doc("The share of the variance that the predictions account for.")
  R2(EnumSet.of(REGRESSION), true, e -> e.meanDeviation(Deviations::r2)),
  @Doc("The share of the variance that the predictions account for, apart from a constant error.")
  EXPLAINED_VARIANCE(EnumSet.of(REGRESSION), true, e -> e.meanDeviation(Deviations::explainedVariance)),
  @Doc("The largest absolute error.")
  MAX_ERROR(EnumSet.of(REGRESSION), false, Evaluation::largestDeviation),
  @Doc("The median of the absolute errors.")
  MEDIAN_ABSOLUTE_ERROR(EnumSet.of(REGRESSION), false, e -> e.meanDeviation(Deviations::medianAbsolute));

  private final Set<Task> tasks;
  private final boolean higherIsBetter;
  private final ToDoubleFunction<Evaluation> value;

  Metric(Set<Task> tasks, boolean higherIsBetter, ToDoubleFunction<Evaluation> value) {
    this.tasks = tasks;
    this.higherIsBetter = higherIsBetter;
    this.value = value;
  }

  /// Its name in the file and in reports.
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Whether a larger value is better.
  public boolean higherIsBetter() {
    return higherIsBetter;
  }

  /// Why it cannot measure predictions of this task, and which metrics can; empty where it can.
  public Optional<String> mismatch(Task task) {
    if (tasks.contains(task)) {
      return Optional.empty();
    }
    String able = tasks.stream().map(Task::toString).collect(Collectors.joining(", "));
    String others = fitting(task).stream().map(Metric::key).collect(Collectors.joining(", "));
    return Optional.of(key() + " measures " + able + " outputs; for " + task + " there are " + others);
  }

  /// The metrics that can measure predictions of this task.
  public static List<Metric> fitting(Task task) {
    return Arrays.stream(values()).filter(m -> m.tasks.contains(task)).toList();
  }

  double of(Evaluation evaluation) {
    return value.applyAsDouble(evaluation);
  }
}
