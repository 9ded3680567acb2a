package dlt.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.reference.ReferenceBackend;
import dlt.backend.reference.ReferenceProgram;
import dlt.config.Binder;
import dlt.config.Kinds;
import dlt.config.YamlNode;
import dlt.config.YamlWriter;
import dlt.graph.Autodiff;
import dlt.graph.GraphBuilder;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossesTest {
  record File(LossTerm loss) {}

  private record Result(double[] value, double[][] gradients) {}

  private static Loss loss(String yaml) {
    return term(yaml).loss();
  }

  private static LossTerm term(String yaml) {
    return Binder.bind(YamlNode.parse("loss: " + yaml, Path.of("test")), File.class).value().loss();
  }

  /// The loss and its gradients by each prediction, in float64.
  private static Result run(Loss loss, HostTensor target, HostTensor... predictions) {
    GraphBuilder g = new GraphBuilder();
    List<Value> inputs = new ArrayList<>();
    for (int i = 0; i < predictions.length; i++) {
      inputs.add(g.input("x" + i, TensorType.float32(predictions[i].shape())));
    }
    Optional<Value> t = Optional.ofNullable(target).map(v -> g.input("t",
        new TensorType(v.dtype() == DType.INT64 ? DType.INT64 : DType.FLOAT32, v.shape())));
    Value value = loss.emit(g, inputs, t);
    List<Value> gradients = Autodiff.gradients(g, value, g.fill(value.shape(), 1), inputs);
    g.output("value", value);
    for (int i = 0; i < predictions.length; i++) {
      g.output("g" + i, gradients.get(i));
    }
    try (ReferenceBackend backend = new ReferenceBackend(); ReferenceProgram program = backend.compile(g.build(), Map.of())) {
      for (int i = 0; i < predictions.length; i++) {
        if (program.inputs().contains("x" + i)) {
          program.input("x" + i).write(predictions[i]);
        }
      }
      if (program.inputs().contains("t")) {
        program.input("t").write(target);
      }
      program.run();
      double[][] r = new double[predictions.length][];
      for (int i = 0; i < r.length; i++) {
        r[i] = program.output("g" + i).doubles().clone();
      }
      return new Result(program.output("value").doubles().clone(), r);
    }
  }

  private static HostTensor random(int id, double scale, int... dims) {
    Philox philox = new Philox(7, Philox.Purpose.SYNTHETIC.stream(id), 0);
    Shape shape = Shape.of(dims);
    double[] r = new double[Math.toIntExact(shape.size())];
    Arrays.setAll(r, i -> scale * philox.normal(i));
    return HostTensor.ofDoubles(shape, r);
  }

  private static HostTensor answers(int id, int... dims) {
    HostTensor t = random(id, 1, dims);
    return HostTensor.ofDoubles(t.shape(), Arrays.stream(t.toDoubles()).map(v -> v > 0 ? 1 : 0).toArray());
  }

  /// The gradient against differences of the value, in float64.
  private static void checkGradient(Loss loss, HostTensor target, HostTensor x) {
    double[] gradient = run(loss, target, x).gradients[0];
    double step = 1e-5;
    for (int i = 0; i < gradient.length; i++) {
      double[] up = x.toDoubles();
      double[] down = x.toDoubles();
      up[i] += step;
      down[i] -= step;
      double difference = (run(loss, target, HostTensor.ofDoubles(x.shape(), up)).value[0]
          - run(loss, target, HostTensor.ofDoubles(x.shape(), down)).value[0]) / (2 * step);
      assertThat(gradient[i]).as("element %s", i).isCloseTo(difference, within(1e-7 * (1 + Math.abs(difference))));
    }
  }

  @Test
  void everyKindIsItsBareName() {
    Kinds.of(Loss.class).forEach((name, type) -> assertThat(loss(name.equals("ctc") ? "{ctc: 4}" : name)).as(name).isInstanceOf(type));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cross_entropy", "cross_entropy: {class_weights: balanced, label_smoothing: 0.1}",
      "nll: {class_weights: [1, 2.5]}", "bce_with_logits: {pos_weight: 3, weight: 0.5, input: [a], target: b}",
      "kl_div: {reduction: batchmean}", "triplet_margin: {p: .inf, swap: true, input: [a, b, c]}", "focal: {activation: softmax}"})
  void whatIsWrittenBackBindsToTheSame(String yaml) {
    LossTerm term = term("{" + yaml + (yaml.contains(":") ? "" : ": {}") + "}");
    assertThat(Binder.bind(YamlNode.parse(YamlWriter.write(new File(term)), Path.of("again")), File.class).value().loss())
        .isEqualTo(term);
  }

  @Test
  void balancedWeightsMakeUpForTheCounts() {
    CrossEntropy settled = (CrossEntropy) loss("{cross_entropy: {class_weights: balanced}}").withClassCounts(List.of(1L, 3L, 0L));
    assertThat(settled.classWeights().orElseThrow().weights()).containsExactly(4 / 3.0, 4 / 9.0, 0.0);
    assertThat(settled.needsClassCounts()).isFalse();
    Loss given = loss("{cross_entropy: {class_weights: [1, 2]}}");
    assertThat(given.withClassCounts(List.of(1L, 3L))).isEqualTo(given);
  }

  @Test
  void crossEntropyOfOneColumnNamesTheLossThatFits() {
    assertThatThrownBy(() -> run(loss("cross_entropy"), HostTensor.of(Shape.of(3), 0L, 1L, 0L), random(1, 1, 3, 1)))
        .isInstanceOf(ShapeException.class).hasMessageContaining("[cross_entropy]").hasMessageContaining("[3, 1]")
        .hasMessageContaining("bce_with_logits");
  }

  @Test
  void classIndicesForARegressionNameTheLossThatFits() {
    assertThatThrownBy(() -> run(loss("mse"), HostTensor.of(Shape.of(3), 0L, 1L, 0L), random(1, 1, 3, 4)))
        .isInstanceOf(ShapeException.class).hasMessageContaining("[mse]").hasMessageContaining("int64[3]")
        .hasMessageContaining("cross_entropy");
  }

  @Test
  void numbersForClassesAreRefused() {
    assertThatThrownBy(() -> run(loss("nll"), random(2, 1, 3), random(1, 1, 3, 4)))
        .isInstanceOf(ShapeException.class).hasMessageContaining("needs int64[3] (class indices)");
  }

  @Test
  void aVectorOfTargetsFitsAColumnOfPredictions() {
    HostTensor x = random(1, 1, 5, 1);
    HostTensor t = answers(2, 5);
    assertThat(run(loss("mse"), t, x).value).isEqualTo(run(loss("mse"), t.reshape(Shape.of(5, 1)), x).value);
    assertThat(run(loss("bce_with_logits"), t, x).gradients[0]).hasSize(5);
  }

  @Test
  void wholeNumbersFitALossThatTakesProbabilities() {
    HostTensor x = random(1, 1, 3, 1);
    assertThat(run(loss("bce_with_logits"), HostTensor.of(Shape.of(3), 0L, 1L, 1L), x).value)
        .isEqualTo(run(loss("bce_with_logits"), HostTensor.ofDoubles(Shape.of(3), 0, 1, 1), x).value);
  }

  @Test
  void gradientOfBceWithLogitsAtZeroIsHalf() {
    HostTensor zero = HostTensor.ofDoubles(Shape.of(2, 1), 0, 0);
    assertThat(run(loss("{bce_with_logits: {reduction: sum}}"), HostTensor.ofDoubles(Shape.of(2, 1), 0, 1), zero).gradients[0])
        .containsExactly(0.5, -0.5);
    assertThat(run(loss("{bce_with_logits: {reduction: sum, pos_weight: 3}}"), HostTensor.ofDoubles(Shape.of(2, 1), 0, 1), zero)
        .gradients[0]).containsExactly(0.5, -1.5);
  }

  @Test
  void bceIsFiniteAtZeroAndOne() {
    Result r = run(loss("{bce: {reduction: none}}"), HostTensor.ofDoubles(Shape.of(4, 1), 0, 1, 0, 1),
        HostTensor.ofDoubles(Shape.of(4, 1), 0, 0, 1, 1));
    assertThat(r.value).containsExactly(0, 100, 100, 0);
    assertThat(r.gradients[0]).containsExactly(0, -1 / (double) 1e-12f, 1 / (double) 1e-12f, 0);
  }

  @Test
  void anIgnoredClassCountsNeitherAboveNorBelow() {
    HostTensor x = random(1, 2, 6, 4);
    HostTensor some = HostTensor.of(Shape.of(6), 2L, 1L, 3L, 1L, 0L, 2L);
    HostTensor without = new HostTensor(TensorType.int64(6), HostTensor.of(Shape.of(6), 2L, -100L, 3L, -100L, 0L, 2L).data());
    for (String more : List.of("", ", label_smoothing: 0.2", ", class_weights: [1, 2, 3, 4]")) {
      Result inside = run(loss("{cross_entropy: {ignore_index: 1" + more + "}}"), some, x);
      Result outside = run(loss("{cross_entropy: {reduction: mean" + more + "}}"), without, x);
      assertThat(inside.value[0]).isCloseTo(outside.value[0], within(1e-12));
      assertThat(Arrays.copyOfRange(inside.gradients[0], 4, 8)).containsOnly(0);
    }
  }

  @Test
  void nllOfAnImpossibleOtherClassIsFinite() {
    HostTensor x = HostTensor.ofDoubles(Shape.of(1, 2), 0, Double.NEGATIVE_INFINITY);
    Result r = run(loss("nll"), HostTensor.of(Shape.of(1), 0L), x);
    assertThat(r.value[0]).isCloseTo(0, within(0.0));
    assertThat(r.gradients[0]).containsExactly(-1, 0);
  }

  @Test
  void focalWithoutFocusIsCrossEntropy() {
    HostTensor x = random(1, 2, 5, 3);
    HostTensor t = answers(2, 5, 3);
    assertThat(run(loss("{focal: {gamma: 0, alpha: -1}}"), t, x).value[0])
        .isCloseTo(run(loss("bce_with_logits"), t, x).value[0], within(1e-14));
    HostTensor classes = HostTensor.of(Shape.of(5), 0L, 2L, 1L, 1L, -100L);
    assertThat(run(loss("{focal: {activation: softmax, gamma: 0}}"), classes, x).value[0])
        .isCloseTo(run(loss("cross_entropy"), classes, x).value[0], within(1e-14));
  }

  @Test
  void focalOfOneSampleIsTheFormula() {
    double p = 1 / (1 + Math.exp(-0.3));
    double expected = 0.25 * Math.pow(1 - p, 2) * -Math.log(p);
    assertThat(run(loss("focal"), HostTensor.ofDoubles(Shape.of(1, 1), 1), HostTensor.ofDoubles(Shape.of(1, 1), 0.3)).value[0])
        .isCloseTo(expected, within(1e-15));
  }

  @ParameterizedTest
  @ValueSource(strings = {"focal", "{focal: {gamma: 1.5}}", "{focal: {gamma: 0.5, alpha: 0.7}}", "dice", "{dice: {activation: none}}",
      "soft_margin", "{bce_with_logits: {pos_weight: [1, 2, 3]}}", "{huber: 0.5}", "{poisson_nll: {full: true}}"})
  void gradientsAreThoseOfTheValue(String yaml) {
    checkGradient(loss(yaml), answers(3, 2, 4, 3), random(4, 1, 2, 4, 3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{focal: {activation: softmax, class_weights: [1, 2, 3]}}", "{dice: {activation: softmax}}",
      "{cross_entropy: {label_smoothing: 0.3, class_weights: [1, 2, 3]}}"})
  void gradientsByClassIndicesAreThoseOfTheValue(String yaml) {
    checkGradient(loss(yaml), HostTensor.of(Shape.of(2, 2, 2), 0L, 1L, 2L, -100L, 1L, 1L, 0L, 2L), random(4, 1, 2, 3, 2, 2));
  }

  /// The numbers are those of PyTorch 2.13's MultiLabelMarginLoss, whose targets list the right labels.
  @Test
  void everyRightLabelIsToBeatEveryWrongOne() {
    HostTensor x = HostTensor.ofDoubles(Shape.of(3, 4), 0.1, 0.2, 0.4, 0.8, 1.5, -0.5, 0.3, 0.0, 0.2, 0.1, -0.4, 0.6);
    HostTensor t = HostTensor.ofDoubles(Shape.of(3, 4), 1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1);
    assertThat(run(loss("{multi_label_margin: {reduction: none}}"), t, x).value).containsExactly(new double[] {0.85, 0, 0}, within(1e-15));
    Result mean = run(loss("multi_label_margin"), t, x);
    assertThat(mean.value[0]).isCloseTo(0.85 / 3, within(1e-15));
    assertThat(mean.gradients[0]).containsExactly(new double[] {-1 / 6.0, 1 / 6.0, 1 / 6.0, -1 / 6.0, 0, 0, 0, 0, 0, 0, 0, 0}, within(1e-15));
    checkGradient(loss("{multi_label_margin: {reduction: sum}}"), answers(5, 4, 6), random(6, 1, 4, 6));
  }

  /// PyTorch 2.13's CTCLoss of log_softmax of these scores (seed 3, rounded), with the targets 123, 22, 3 and 111 of lengths 3, 2, 1, 3.
  @Test
  void ctcIsPyTorchs() {
    double[] scores = {
      -0.22, 0.15, 0.67, -0.51, -1.59, -0.75, 0.65, 0.91, 0.15, -0.81, 1.59, -0.35, 0.55, 1.15, -0.12, 0.55, -0.46, 1.06,
      -2.22, -0.47, -1.35, -0.28, 0.17, 0.76, 0.18, 0.63, 1.0, -0.22, -0.58, -1.22, -0.27, 0.2, -0.09, -0.35, -0.42, -1.66,
      -0.35, -0.77, -0.7, -1.91, -0.03, 0.29, 0.33, -1.08, 0.54, 0.79, -0.91, -1.1, -0.46, -0.19, -0.95, -0.98, 1.11, -0.77,
      0.98, 1.42, 0.7, 0.32, 1.17, 0.38, 1.22, 1.22, 0.06, 0.8, -0.53, 1.45, 0.15, 2.17, -1.5, -0.73, 0.56, 0.62, -0.55, -0.17,
      -0.03, 3.12, -1.2, -0.01, 0.04, 0.05, 1.63, -0.24, -1.44, -2.12, -1.66, -0.0, -0.49, 0.47, -0.71, -0.42, -0.02, -0.42,
      -1.71, 0.13, 0.7, -0.97
    };
    double[] expected = {
      0.005908526116, -0.053018585784, 0.036036736679, 0.01107332299, -0.002107959915, -0.013590850739, -0.025085376649,
      0.040784187302, 0.003509238305, 0.004381249971, -0.014029939422, 0.006139451147, -0.019460871671, 0.034837072247,
      -0.010486183343, -0.004890017232, -0.017195252139, 0.056578655652, 9.8741758e-05, -0.039482145271, -0.00316852973,
      0.014516642419, 0.022766627198, -0.034114739886, -0.006115228169, 0.035584375312, -0.044678440495, 0.015209293352,
      -0.023727082051, 0.012994693723, -0.04302822469, 0.053760613018, -0.037129264687, 0.035723022923, -0.008232546296,
      0.009638788059, -0.02301245357, 0.031934281732, -0.019135018908, 0.010213190746, -0.003723801861, 0.04137611297,
      -0.048166269374, 0.010513958265, -0.051261066102, 0.059170025854, -0.016847882587, 0.008938922835, -0.148168652779,
      0.093113659506, 0.043546132447, 0.011508860825, -0.09474423906, 0.011239329051, 0.064677873032, 0.018827036977,
      -0.070263881699, 0.04263470187, 0.099750146013, -0.072120966184, 0.000673469773, 0.084159980697, 0.026382990932,
      -0.111216441403, 0.001420509572, 0.072149359173, 0.019662994222, -0.093232862966, -0.016920702401, 0.027922898808,
      0.101437931387, -0.112440127794, -0.025775032216, -0.052830000094, 0.003229981251, 0.075375051059, -0.007720974781,
      -0.043808248296, 0.025635789554, 0.025893433523, -0.012434944303, 0.007673552276, 0.003160320142, 0.001601071885,
      0.003736288291, -0.057923204908, 0.015003175659, 0.039183740958, -0.068068050838, 0.019094528319, 0.029319843604,
      0.019653678914, 0.003983173186, -0.057693980375, 0.045201716665, 0.008509090524
    };
    HostTensor labels = HostTensor.of(Shape.of(4, 3), 1L, 2L, 3L, 2L, 2L, 0L, 3L, 0L, 0L, 1L, 1L, 1L);
    HostTensor logs = logSoftmax(HostTensor.ofDoubles(Shape.of(4, 6, 4), scores));
    assertThat(run(loss("{ctc: {target_length: 3, reduction: none}}"), labels, logs).value)
        .containsExactly(new double[] {4.708345464318927, 3.999006948645684, 5.019656812164828, 8.240706111977257}, within(1e-12));
    Result mean = run(loss("{ctc: 3}"), labels, logs);
    assertThat(mean.value[0]).isCloseTo(2.8338777029799327, within(1e-12));
    for (int at = 0; at < scores.length; at += 4) {
      // through log_softmax: g - softmax * sum(g)
      double sum = 0;
      for (int c = 0; c < 4; c++) {
        sum += mean.gradients[0][at + c];
      }
      for (int c = 0; c < 4; c++) {
        assertThat(mean.gradients[0][at + c] - Math.exp(logs.at(at + c)) * sum).isCloseTo(expected[at + c], within(1e-11));
      }
    }
    checkGradient(loss("{ctc: {target_length: 3, reduction: sum}}"), labels, logs);
  }

  /// CTCLoss(blank=3) of log_softmax of cos(1.7 i), of targets of lengths 3 and 2.
  @Test
  void theBlankOfCtcMayBeAnyClass() {
    double[] scores = new double[40];
    Arrays.setAll(scores, i -> Math.cos(1.7 * i));
    HostTensor logs = logSoftmax(HostTensor.ofDoubles(Shape.of(2, 5, 4), scores));
    HostTensor labels = HostTensor.of(Shape.of(2, 3), 0L, 0L, 1L, 2L, 1L, 3L);
    assertThat(run(loss("{ctc: {target_length: 3, blank: 3, reduction: none}}"), labels, logs).value)
        .containsExactly(new double[] {4.592336811688294, 1.5798883828333194}, within(1e-12));
    assertThat(run(loss("{ctc: {target_length: 3, blank: 3}}"), labels, logs).value[0]).isCloseTo(1.1603615643230456, within(1e-12));
    checkGradient(loss("{ctc: {target_length: 3, blank: 3, reduction: sum}}"), labels, logs);
    assertThatThrownBy(() -> run(loss("{ctc: {target_length: 3, blank: 4}}"), labels, logs)).isInstanceOf(ShapeException.class)
        .hasMessageContaining("predictions [2, 5, 4] have classes 0 to 3, and `blank` is 4");
  }

  @Test
  void ctcOfNoLabelsIsThatOfBlanksAndOfTooManyInfiniteOrNothing() {
    HostTensor logs = logSoftmax(random(9, 1, 2, 3, 4));
    HostTensor labels = HostTensor.of(Shape.of(2, 2), 0L, 0L, 2L, 2L);
    double blanks = -logs.at(0) - logs.at(4) - logs.at(8);
    double[] both = run(loss("{ctc: {target_length: 2, reduction: none}}"), labels, logs).value;
    assertThat(both[0]).isCloseTo(blanks, within(1e-12));
    assertThat(both[1]).isCloseTo(-logs.at(12 + 2) - logs.at(12 + 4) - logs.at(12 + 10), within(1e-12));
    HostTensor two = HostTensor.ofDoubles(Shape.of(2, 2, 4), Arrays.copyOf(logs.toDoubles(), 16));
    assertThat(run(loss("{ctc: {target_length: 2, reduction: none}}"), labels, two).value[1]).isEqualTo(Double.POSITIVE_INFINITY);
    Result left = run(loss("{ctc: {target_length: 2, reduction: none, zero_infinity: true}}"), labels, two);
    assertThat(left.value[1]).isZero();
    assertThat(Arrays.copyOfRange(left.gradients[0], 8, 16)).containsOnly(0);
    HostTensor one = HostTensor.of(Shape.of(1, 1), 3L);
    assertThat(run(loss("{ctc: 1}"), one, HostTensor.ofDoubles(Shape.of(1, 1, 4), -1, -2, -3, -4)).value[0]).isCloseTo(4, within(1e-12));
  }

  private static HostTensor logSoftmax(HostTensor x) {
    double[] r = x.toDoubles();
    int classes = x.shape().dim(-1);
    for (int at = 0; at < r.length; at += classes) {
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += Math.exp(r[at + c]);
      }
      for (int c = 0; c < classes; c++) {
        r[at + c] -= Math.log(sum);
      }
    }
    return HostTensor.ofDoubles(x.shape(), r);
  }

  @Test
  void diceOfThePerfectMaskIsZero() {
    HostTensor mask = answers(1, 2, 1, 4, 4);
    assertThat(run(loss("{dice: {activation: none}}"), mask, mask).value[0]).isCloseTo(0, within(1e-15));
    HostTensor classes = HostTensor.of(Shape.of(1, 2, 2), 0L, 1L, 1L, -100L);
    HostTensor sure = HostTensor.ofDoubles(Shape.of(1, 2, 2, 2), 99, -99, -99, 99, -99, 99, 99, -99);
    assertThat(run(loss("{dice: softmax}"), classes, sure).value[0]).isCloseTo(0, within(1e-12));
  }

  @Test
  void distancesAreMeasuredByTheNormAskedFor() {
    HostTensor a = HostTensor.ofDoubles(Shape.of(1, 2), 0, 0);
    HostTensor p = HostTensor.ofDoubles(Shape.of(1, 2), 3, 4);
    HostTensor n = HostTensor.ofDoubles(Shape.of(1, 2), 0, 0);
    for (var expected : Map.of("1", 7.0, "2", 5.0, ".inf", 4.0, "3", Math.cbrt(91)).entrySet()) {
      String yaml = "{triplet_margin: {margin: 1, eps: 1e-12, p: " + expected.getKey() + "}}";
      assertThat(run(loss(yaml), null, a, p, n).value[0]).isCloseTo(expected.getValue() + 1, within(1e-6));
    }
  }

  @Test
  void varianceMayBeOneForEachSample() {
    HostTensor x = random(1, 1, 3, 2);
    HostTensor t = random(2, 1, 3, 2);
    HostTensor one = HostTensor.ofDoubles(Shape.of(3), 0.5, 1, 2);
    HostTensor each = HostTensor.ofDoubles(Shape.of(3, 2), 0.5, 0.5, 1, 1, 2, 2);
    assertThat(run(loss("gaussian_nll"), t, x, one).value[0]).isCloseTo(run(loss("gaussian_nll"), t, x, each).value[0], within(1e-14));
  }


  /// torch.distributions.kl_divergence(Normal(mu, exp(logvar / 2)), Normal(0, 1)).
  @Test
  void theDivergenceFromTheStandardNormalDistributionIsPyTorchs() {
    HostTensor mu = HostTensor.of(Shape.of(2, 2), 0f, 1f, -2f, 0.5f);
    HostTensor logvar = HostTensor.of(Shape.of(2, 2), 0f, 0.5f, -1f, 1f);
    double[] expected = {0, 0.5743606353500641, 2.1839397205857212, 0.4841409142295226};
    assertThat(run(loss("{gaussian_kl: {reduction: none}}"), null, mu, logvar).value).usingComparatorWithPrecision(1e-12).containsExactly(expected);
    double sum = Arrays.stream(expected).sum();
    Result total = run(loss("{gaussian_kl: {reduction: sum}}"), null, mu, logvar);
    assertThat(total.value[0]).isCloseTo(sum, within(1e-12));
    assertThat(run(loss("{gaussian_kl: {reduction: batchmean}}"), null, mu, logvar).value[0]).isCloseTo(sum / 2, within(1e-12));
    assertThat(run(loss("gaussian_kl"), null, mu, logvar).value[0]).isCloseTo(sum / 4, within(1e-12));
    for (int i = 0; i < 4; i++) {
      assertThat(total.gradients[0][i]).isCloseTo(mu.at(i), within(1e-12));
      assertThat(total.gradients[1][i]).isCloseTo(Math.expm1(logvar.at(i)) / 2, within(1e-12));
    }
    assertThatThrownBy(() -> run(loss("gaussian_kl"), null, mu, HostTensor.of(Shape.of(2, 1), 0f, 0f))).hasMessageContaining("[gaussian_kl] predictions [2, 2] met [2, 1]");
  }
}
