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
    Kinds.of(Loss.class).forEach((name, type) -> assertThat(loss(name)).as(name).isInstanceOf(type));
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

  @Test
  void aTargetOutOfRangeIsNamed() {
    Target classes = loss("cross_entropy").target(List.of(Shape.of(4, 3)), DType.INT64).orElseThrow();
    assertThat(classes.fault(HostTensor.of(Shape.of(4), 0L, 2L, -100L, 1L))).isEmpty();
    assertThat(classes.fault(HostTensor.of(Shape.of(4), 0L, 3L, 1L, 1L)).orElseThrow())
        .isEqualTo("the target of sample 1 is 3; the loss needs a class index from 0 to 2");
    Target answers = loss("bce").target(List.of(Shape.of(2, 2)), DType.FLOAT32).orElseThrow();
    assertThat(answers.fault(HostTensor.ofDoubles(Shape.of(2, 2), 0, 1, 0.5, 1.5)).orElseThrow()).contains("sample 1 is 1.5");
    Target signs = loss("hinge_embedding").target(List.of(Shape.of(2)), DType.FLOAT32).orElseThrow();
    assertThat(signs.fault(HostTensor.ofDoubles(Shape.of(2), 1, 0)).orElseThrow()).contains("needs 1 or -1");
    Target counts = loss("poisson_nll").target(List.of(Shape.of(2)), DType.FLOAT32).orElseThrow();
    assertThat(counts.fault(HostTensor.ofDoubles(Shape.of(2), 1, -2)).orElseThrow()).contains("at least 0");
    Target any = loss("mse").target(List.of(Shape.of(2)), DType.FLOAT32).orElseThrow();
    assertThat(any.fault(HostTensor.ofDoubles(Shape.of(2), 1, Double.NaN)).orElseThrow()).contains("a finite number");
  }
}
