package dlt.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvaluationTest {
  private static Map<String, Double> values(Task task, HostTensor predictions, HostTensor targets, Metric... metrics) {
    Evaluation e = new Evaluation(task, List.of(metrics));
    e.add(predictions, targets);
    return e.values();
  }

  private static HostTensor of(Shape shape, double... values) {
    return HostTensor.ofDoubles(shape, values);
  }

  @Test
  void pixelsOfAnImageAreClassifiedOneByOne() {
    // two images of two pixels, three classes: scores [n, class, pixel]
    HostTensor scores = of(Shape.of(2, 3, 2), .1, .8, .7, .1, .2, .1, .3, .3, .3, .3, .4, .2);
    HostTensor targets = HostTensor.of(Shape.of(2, 2), 1L, 0L, 2L, 1L);
    Evaluation e = new Evaluation(Task.MULTICLASS, List.of(Metric.ACCURACY, Metric.TOP2_ACCURACY, Metric.IOU_MACRO));
    e.add(scores, targets);
    assertThat(e.values()).containsEntry("accuracy", 0.75).containsEntry("top2_accuracy", 1.0);
    assertThat(e.values().get("iou_macro")).isCloseTo((0.5 + 0.5 + 1) / 3, within(1e-15));
    assertThat(e.confusion().orElseThrow().counts()).isEqualTo(List.of(List.of(1L, 0L, 0L), List.of(1L, 1L, 0L), List.of(0L, 0L, 1L)));
    assertThat(e.report().get(1)).isEqualTo(new ClassReport(1, 0.5, 2 / 3.0, 2));
  }

  @Test
  void thousandsOfClassesHaveTheirFiguresAndNoMatrix() {
    int classes = 5000;
    HostTensor scores = HostTensor.allocate(TensorType.float32(3, classes));
    scores.set(4321, 1);
    scores.set(classes + 7, 1);
    scores.set(2 * classes + 7, 1);
    Evaluation e = new Evaluation(Task.MULTICLASS, List.of(Metric.ACCURACY, Metric.MCC, Metric.COHEN_KAPPA, Metric.BALANCED_ACCURACY));
    e.add(scores, HostTensor.of(Shape.of(3), 4321L, 7L, 8L));
    assertThat(e.confusion()).isEmpty();
    assertThat(e.values().get("accuracy")).isCloseTo(2 / 3.0, within(1e-15));
    assertThat(e.values().get("balanced_accuracy")).isCloseTo(2 / 3.0, within(1e-15));
    assertThat(e.values().get("cohen_kappa")).isCloseTo((2 - 1) / (3 - 1.0), within(1e-15)); // by chance: 1/3 + 2/3
    assertThat(e.values().get("mcc")).isCloseTo((2 * 3 - 3) / Math.sqrt((9 - 5) * (9.0 - 3)), within(1e-15));
    assertThat(e.report().get(7)).isEqualTo(new ClassReport(0.5, 1, 2 / 3.0, 1));
  }

  @Test
  void targetsThatAreNoClassAreLeftOut() {
    HostTensor scores = of(Shape.of(3, 2), 1, 0, 1, 0, 0, 1);
    assertThat(values(Task.MULTICLASS, scores, HostTensor.of(Shape.of(3), 0L, -100L, 0L), Metric.ACCURACY).get("accuracy")).isEqualTo(0.5);
  }

  @Test
  void aSampleMatchesWhereAllItsPlacesThatCountAreRight() {
    // four samples of two places, two classes: the first right, the second half, the third right where it counts, of the fourth none counts
    HostTensor scores = of(Shape.of(4, 2, 2), .9, .2, .1, .8, .9, .2, .1, .8, .6, .5, .4, .5, .1, .1, .9, .9);
    HostTensor targets = HostTensor.of(Shape.of(4, 2), 0L, 1L, 1L, 1L, 0L, -100L, -100L, -100L);
    Map<String, Double> values = values(Task.MULTICLASS, scores, targets, Metric.EXACT_MATCH, Metric.ACCURACY, Metric.PERPLEXITY);
    assertThat(values.get("exact_match")).isCloseTo(2 / 3.0, within(1e-15));
    assertThat(values.get("accuracy")).isEqualTo(0.8);
    assertThat(values.get("perplexity")).isCloseTo(Math.pow(.9 * .8 * .1 * .8 * .6, -1 / 5.0), within(1e-6));
  }

  @Test
  void probabilitiesAsTargetsMeanTheirLargest() {
    HostTensor scores = of(Shape.of(2, 2), 1, 0, 0, 1);
    assertThat(values(Task.MULTICLASS, scores, of(Shape.of(2, 2), .9, .1, .6, .4), Metric.ACCURACY).get("accuracy")).isEqualTo(0.5);
  }

  @Test
  void answersMayBeWholeNumbersAndColumns() {
    HostTensor p = of(Shape.of(4, 1), .9, .5, .4, .1);
    assertThat(values(Task.BINARY, p, HostTensor.of(Shape.of(4), 1L, 0L, 1L, 0L), Metric.ACCURACY, Metric.PRECISION, Metric.RECALL,
        Metric.ROC_AUC)).containsExactly(Map.entry("accuracy", 0.5), Map.entry("precision", 0.5), Map.entry("recall", 0.5),
        Map.entry("roc_auc", 0.75));
  }

  @Test
  void decisionsAreYesAboveZeroAndTargetsAreSigns() {
    HostTensor score = of(Shape.of(4), 2, -1, .5, -3);
    assertThat(values(Task.DECISION, score, of(Shape.of(4, 1), 1, 1, -1, -1), Metric.ACCURACY, Metric.RECALL, Metric.ROC_AUC))
        .containsExactly(Map.entry("accuracy", 0.5), Map.entry("recall", 0.5), Map.entry("roc_auc", 0.75));
  }

  @Test
  void pixelsOfAMaskAreAnswersOneByOne() {
    HostTensor p = of(Shape.of(2, 1, 2, 1), .9, .2, .6, .7);
    assertThat(values(Task.BINARY, p, of(Shape.of(2, 1, 2, 1), 1, 1, 0, 1), Metric.ACCURACY, Metric.IOU, Metric.DICE))
        .containsExactly(Map.entry("accuracy", 0.5), Map.entry("iou", 0.5), Map.entry("dice", 2 / 3.0));
  }

  @Test
  void sequencesAreTheBestClassesWithoutRepeatsAndBlanks() {
    // best classes 1 1 0 1 and 0 2 2 1, of three
    HostTensor scores = of(Shape.of(2, 4, 3), .1, .8, .1, .2, .5, .3, .9, 0, .1, .2, .6, .2, .9, 0, 0, 0, 0, 1, .1, .1, .8, 0, 1, 0);
    Map<String, Double> v = values(Task.SEQUENCE, scores, HostTensor.of(Shape.of(2, 3), 1L, 1L, 0L, 1L, 2L, 1L), Metric.LABEL_ERROR_RATE,
        Metric.SEQUENCE_ACCURACY);
    assertThat(v).containsExactly(Map.entry("label_error_rate", 1 / 5.0), Map.entry("sequence_accuracy", 0.5));
    // with 2 as the blank 1 0 1 and 0 1
    Evaluation e = new Evaluation(Task.SEQUENCE, List.of(Metric.LABEL_ERROR_RATE, Metric.SEQUENCE_ACCURACY), 2);
    e.add(scores, HostTensor.of(Shape.of(2, 3), 0L, 2L, 2L, 0L, 1L, 2L));
    assertThat(e.values()).containsExactly(Map.entry("label_error_rate", 2 / 3.0), Map.entry("sequence_accuracy", 0.5));
  }

  @Test
  void changesBetweenSequencesAreCountedOnce() {
    LabelSequence empty = new LabelSequence(List.of());
    LabelSequence some = new LabelSequence(List.of(1, 2, 3, 4));
    assertThat(empty.distance(empty)).isZero();
    assertThat(empty.distance(some)).isEqualTo(4);
    assertThat(some.distance(empty)).isEqualTo(4);
    assertThat(some.distance(new LabelSequence(List.of(2, 3, 5, 4, 4)))).isEqualTo(3);
  }

  @Test
  void equalScoresShareTheArea() {
    HostTensor p = of(Shape.of(4), .5, .5, .5, .5);
    assertThat(values(Task.BINARY, p, of(Shape.of(4), 1, 0, 1, 0), Metric.ROC_AUC, Metric.AVERAGE_PRECISION))
        .containsEntry("roc_auc", 0.5).containsEntry("average_precision", 0.5);
  }

  @Test
  void withoutAYesOrANoThereIsNoArea() {
    HostTensor p = of(Shape.of(2), .5, .6);
    assertThat(values(Task.BINARY, p, of(Shape.of(2), 1, 1), Metric.ROC_AUC).get("roc_auc")).isNaN();
    assertThat(values(Task.BINARY, p, of(Shape.of(2), 0, 0), Metric.AVERAGE_PRECISION, Metric.RECALL, Metric.F1).values()).containsOnly(0.0);
  }

  @Test
  void columnsOfARegressionAreAveraged() {
    HostTensor y = of(Shape.of(3, 2), 1, 10, 2, 20, 3, 60);
    HostTensor p = of(Shape.of(3, 2), 1, 10, 2, 30, 4, 60);
    Map<String, Double> v = values(Task.REGRESSION, p, y, Metric.MAE, Metric.MSE, Metric.R2, Metric.MAX_ERROR, Metric.MEDIAN_ABSOLUTE_ERROR);
    assertThat(v.get("mae")).isCloseTo(11 / 6.0, within(1e-15));
    assertThat(v.get("mse")).isCloseTo(101 / 6.0, within(1e-14));
    assertThat(v.get("r2")).isCloseTo((0.5 + 1 - 100 / 1400.0) / 2, within(1e-14));
    assertThat(v.get("max_error")).isEqualTo(10);
    assertThat(v.get("median_absolute_error")).isZero();
  }

  @Test
  void relativeErrorsAreThoseOfScikitLearn() {
    HostTensor y = of(Shape.of(3), 100, 1000, 0.5);
    HostTensor p = of(Shape.of(3), 110, 900, 0);
    Map<String, Double> v = values(Task.REGRESSION, p, y, Metric.RMSLE, Metric.MAPE);
    assertThat(v.get("rmsle")).isCloseTo(0.24791974792569524, within(1e-15));
    assertThat(v.get("mape")).isCloseTo(0.4, within(1e-15));
    assertThat(values(Task.REGRESSION, of(Shape.of(1), -2), of(Shape.of(1), 1), Metric.RMSLE).get("rmsle")).isNaN();
  }

  @Test
  void aConstantTargetIsAccountedForWhollyOrNotAtAll() {
    HostTensor y = of(Shape.of(2), 3, 3);
    assertThat(values(Task.REGRESSION, y, y, Metric.R2).get("r2")).isEqualTo(1);
    assertThat(values(Task.REGRESSION, of(Shape.of(2), 3, 4), y, Metric.R2).get("r2")).isZero();
  }

  @Test
  void oneSampleHasNoR2() {
    HostTensor y = of(Shape.of(1), 3);
    Map<String, Double> v = values(Task.REGRESSION, y, y, Metric.R2, Metric.EXPLAINED_VARIANCE, Metric.MAE);
    assertThat(v.get("r2")).isNaN();
    assertThat(v.get("explained_variance")).isEqualTo(1); // as in scikit-learn
  }

  @Test
  void varianceOfLargeNumbersDoesNotCancel() {
    HostTensor y = of(Shape.of(3), 1e9 + 1, 1e9 + 2, 1e9 + 3);
    HostTensor p = of(Shape.of(3), 1e9 + 1, 1e9 + 2, 1e9 + 4);
    assertThat(values(Task.REGRESSION, p, y, Metric.R2).get("r2")).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void withoutSamplesNothingIsDefined() {
    Evaluation e = new Evaluation(Task.MULTICLASS, List.of(Metric.ACCURACY));
    e.add(HostTensor.ofDoubles(Shape.of(0, 3)), HostTensor.of(Shape.of(0), new long[0]));
    assertThat(e.values().get("accuracy")).isNaN();
    assertThat(e.confusion()).isEmpty();
    assertThat(e.report()).isEmpty();
  }

  @Test
  void aMetricThatDoesNotFitNamesThoseThatDo() {
    assertThat(Metric.ACCURACY.mismatch(Task.MULTILABEL).orElseThrow()).contains("accuracy measures multiclass, binary, decision outputs")
        .contains("subset_accuracy").contains("label_accuracy");
    assertThat(Metric.F1_MACRO.mismatch(Task.BINARY)).isEmpty();
    assertThatThrownBy(() -> new Evaluation(Task.REGRESSION, List.of(Metric.F1))).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rmse");
  }

  @Test
  void whatIsWorthKnowingFitsItsTask() {
    for (Task task : Task.values()) {
      assertThat(Metric.fitting(task)).containsAll(task.metrics());
    }
  }

  @Test
  void theClassThatTheLossIgnoresDoesNotCount() {
    Evaluation e = new Evaluation(Task.MULTICLASS, List.of(Metric.ACCURACY), 0);
    e.add(HostTensor.of(Shape.of(4, 2), 1f, 0f, 0f, 1f, 1f, 0f, 0f, 1f), HostTensor.of(Shape.of(4), 0L, 1L, 1L, 0L));
    assertThat(e.values().get("accuracy")).isEqualTo(0.5);
  }
}
