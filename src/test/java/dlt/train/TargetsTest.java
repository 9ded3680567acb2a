package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Backend;
import dlt.backend.reference.ReferenceBackend;
import dlt.config.ConfigException;
import dlt.error.Failure;
import dlt.run.AtomicFile;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Targets that are inputs, weights that are balanced by the targets, and classes at many places.
class TargetsTest {
  @TempDir Path folder;

  private static final String AUTOENCODER = """
      name: autoencoder
      data: {train: {csv: {path: a.csv, inputs: {x: [a, b]}, target: c}}, split: {validation: 0.25}, preprocess: [min_max]}
      model: {layers: [{linear: {from: x, out_features: 4}}, tanh, {linear: 2}]}
      loss: {mse: {target: x}}
      optimizer: {adam: {lr: 1e-2}}
      training: {batch_size: 8, epochs: 4}
      metrics: [mae]
      """;

  private void table() throws IOException {
    List<String> lines = new ArrayList<>(List.of("a,b,c"));
    for (int i = 0; i < 40; i++) {
      lines.add(i * 7 % 40 + "," + i * 11 % 40 + "," + i % 3);
    }
    Files.write(folder.resolve("a.csv"), lines);
  }

  /// Both see the same numbers: those of the columns scaled by hand.
  @Test
  void anInputAsTargetIsWhatTheModelSeesOfIt() throws IOException {
    table();
    String scaled = "data={train: {csv: {path: a.csv, inputs: {x: [a, b]}, target: c}}, split: {validation: 0.25}, preprocess: [{normalize: {mean: 3, std: 8}}]}";
    SmallRun found = SmallRun.of(folder, "own", AUTOENCODER, scaled);
    String byHand = "data={train: {csv: {path: b.csv, inputs: {x: [a, b]}, target: [at, bt]}}, split: {validation: 0.25}}";
    List<String> lines = new ArrayList<>(List.of("a,b,c,at,bt"));
    for (int i = 0; i < 40; i++) {
      String scaledA = (i * 7 % 40 - 3) / 8.0 + "";
      String scaledB = (i * 11 % 40 - 3) / 8.0 + "";
      lines.add(scaledA + "," + scaledB + "," + i % 3 + "," + scaledA + "," + scaledB);
    }
    Files.write(folder.resolve("b.csv"), lines);
    SmallRun expected = SmallRun.of(folder, "by-hand", AUTOENCODER, byHand, "loss=mse");
    assertThat(found.stepLosses()).usingElementComparator((a, b) -> Math.abs(a - b) < 1e-6 ? 0 : Double.compare(a, b)).isEqualTo(expected.stepLosses());
    Scores validation = found.result().validation().orElseThrow();
    assertThat(validation.loss()).isCloseTo(expected.result().validation().orElseThrow().loss(), within(1e-6));
    assertThat(validation.value("mae")).isCloseTo(expected.result().validation().orElseThrow().value("mae"), within(1e-6));
  }

  @Test
  void anInputMayBeTheTargetBesideOneOfTheData() throws IOException {
    table();
    SmallRun run = SmallRun.of(folder, "two", AUTOENCODER, "model={layers: [{linear: {from: x, out_features: 4, as: code}}, {linear: {out_features: 1, as: guess}}, "
        + "{linear: {from: code, out_features: 2, as: again}}], outputs: [guess, again]}", "loss=[{mse: {input: guess, target: c}}, {mse: {input: again, target: x}}]");
    assertThat(run.result().validation().orElseThrow().value("mae")).isBetween(0.0, 3.0);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "loss={mse: {target: y}} | found target 'y', but the data has c; inputs that can be the target: x",
      "loss={hinge_embedding: {target: x}} | as the target of a loss that compares no numbers",
      "loss={bce_with_logits: {target: x, pos_weight: balanced}} | balanced weights need a target of the data, found the input 'x'"})
  void whatCannotBeATargetIsRefused(String override, String message) throws IOException {
    table();
    assertThatThrownBy(() -> SmallRun.of(folder, "refused", AUTOENCODER, override)).isInstanceOf(ConfigException.class).hasMessageContaining(message);
  }

  @Test
  void anInputAsAProbabilityIsBetween0And1() throws IOException {
    table();
    SmallRun.of(folder, "fits", AUTOENCODER, "loss={bce_with_logits: {target: x}}", "metrics=[]");
    assertThatThrownBy(() -> SmallRun.of(folder, "beyond", AUTOENCODER, "loss={bce_with_logits: {target: x}}", "metrics=[]", "data.preprocess=[]"))
        .isInstanceOf(Failure.class).hasMessageContaining("the input 'x' as the target: found numbers from 0.000 to 39.00 in the train part, expected 0.000 to 1.000");
  }

  private static final String LABELS = """
      name: labels
      data: {train: {csv: {path: labels.csv, target: [rare, common]}}, split: {validation: 0.25, shuffle: false}}
      model: {layers: [{linear: 2}]}
      loss: bce_with_logits
      optimizer: {sgd: {lr: 0.1}}
      training: {batch_size: 8, epochs: 2, shuffle: false}
      """;

  /// Of the first thirty rows three are rare and 24 common: 27 / 3 and 6 / 24.
  @Test
  void aBalancedPosWeightIsHowOftenTheAnswerIs0ForEach1() throws IOException {
    List<String> lines = new ArrayList<>(List.of("x,rare,common"));
    for (int i = 0; i < 40; i++) {
      lines.add(i * 7 % 11 + "," + (i % 10 == 0 ? 1 : 0) + "," + (i % 5 == 0 ? 0 : 1));
    }
    Files.write(folder.resolve("labels.csv"), lines);
    SmallRun balanced = SmallRun.of(folder, "balanced", LABELS, "loss={bce_with_logits: {pos_weight: balanced}}");
    SmallRun numbers = SmallRun.of(folder, "numbers", LABELS, "loss={bce_with_logits: {pos_weight: [9, 0.25]}}");
    assertThat(balanced.stepLosses()).isEqualTo(numbers.stepLosses()).isNotEqualTo(SmallRun.of(folder, "plain", LABELS).stepLosses());
    assertThat(rows(balanced, false)).startsWith("prediction_rare,prediction_common\n");
    // one answer alone
    SmallRun one = SmallRun.of(folder, "one", LABELS, "data.train.csv.target=rare", "model={layers: [{linear: 1}]}", "loss={bce_with_logits: {pos_weight: balanced}}");
    SmallRun nine = SmallRun.of(folder, "nine", LABELS, "data.train.csv.target=rare", "model={layers: [{linear: 1}]}", "loss={bce_with_logits: {pos_weight: 9}}");
    assertThat(one.stepLosses()).isEqualTo(nine.stepLosses());
    assertThatThrownBy(() -> SmallRun.of(folder, "wrong", LABELS, "loss={bce_with_logits: {pos_weight: even}}"))
        .isInstanceOf(ConfigException.class).hasMessageContaining("found 'even', expected `balanced`, a number, or a list with a number for each column");
  }

  private static final String SOFT = """
      name: soft
      data: {train: {csv: {path: soft.csv, target: kind, ignore: [cat, dog]}}, split: {validation: 0.25, shuffle: false}, preprocess: [standardize]}
      model: {layers: [{linear: 4}, tanh, {linear: 2}]}
      loss: {cross_entropy: {class_weights: [1, 3], reduction: sum}}
      optimizer: {sgd: {lr: 0.01}}
      training: {batch_size: 8, epochs: 3}
      """;
  private static final String COLUMNS = "data.train={csv: {path: soft.csv, target: [cat, dog], ignore: [kind]}}";

  private void softTable(double sure) throws IOException {
    List<String> lines = new ArrayList<>(List.of("a,b,kind,cat,dog"));
    for (int i = 0; i < 40; i++) {
      boolean dog = i * 7 % 11 > 5;
      lines.add("%d,%d,%s,%s,%s".formatted(i * 7 % 11, i % 3, dog ? "dog" : "cat", dog ? 1 - sure : sure, dog ? sure : 1 - sure));
    }
    Files.write(folder.resolve("soft.csv"), lines);
  }

  /// What is sure of its class is that class, also for metrics; 0.9 and 0.1 are what a label smoothing of 0.2 makes of it.
  @Test
  void probabilitiesAsTargetsAreLearnedByCrossEntropy() throws IOException {
    softTable(1);
    String loss = "loss={cross_entropy: {probabilities: true, class_weights: [1, 3], reduction: sum}}";
    SmallRun classes = SmallRun.of(folder, "classes", SOFT);
    SmallRun sure = SmallRun.of(folder, "sure", SOFT, COLUMNS, loss);
    SmallRun smooth = SmallRun.of(folder, "smooth", SOFT, "loss={cross_entropy: {class_weights: [1, 3], reduction: sum, label_smoothing: 0.2}}");
    alike(sure.stepLosses(), classes.stepLosses());
    Scores scores = sure.result().validation().orElseThrow();
    assertThat(scores.value("accuracy")).isEqualTo(classes.result().validation().orElseThrow().value("accuracy"));
    assertThat(scores.value("f1_macro")).isEqualTo(classes.result().validation().orElseThrow().value("f1_macro"));
    assertThat(rows(sure, false)).startsWith("prediction,p_cat,p_dog\n");
    softTable(0.9);
    SmallRun soft = SmallRun.of(folder, "soft", SOFT, COLUMNS, loss);
    alike(soft.stepLosses(), smooth.stepLosses());
    assertThat(soft.result().validation().orElseThrow().value("accuracy")).isEqualTo(smooth.result().validation().orElseThrow().value("accuracy"));
  }

  private static void alike(List<Double> found, List<Double> expected) {
    assertThat(found).usingElementComparator((a, b) -> Math.abs(a - b) < 1e-5 ? 0 : Double.compare(a, b)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "ignore_index: 1 | `ignore_index`: found 1, expected none beside `probabilities: true`",
      "class_weights: balanced | `class_weights`: found balanced, expected a number for each class beside `probabilities: true`"})
  void whatGoesByClassIndicesIsRefusedBesideProbabilities(String argument, String message) throws IOException {
    softTable(1);
    assertThatThrownBy(() -> SmallRun.of(folder, "refused", SOFT, COLUMNS, "loss={cross_entropy: {probabilities: true, " + argument + "}}"))
        .isInstanceOf(ConfigException.class).hasMessageContaining(message);
  }

  @Test
  void aTargetThatIsNoProbabilityIsRefused() throws IOException {
    softTable(1.5);
    assertThatThrownBy(() -> SmallRun.of(folder, "beyond", SOFT, COLUMNS, "loss={cross_entropy: {probabilities: true}}"))
        .isInstanceOf(Failure.class).hasMessageContaining("soft.csv:2: target 'target' is 1.5, but the loss takes 0.0 to 1.0");
  }

  /// Two steps, of which each is one of three classes: as npy files, which an experiment reads by name.
  @Test
  void classesAtManyPlacesArePredictedAsClasses() throws IOException {
    HostTensor x = HostTensor.allocate(TensorType.float32(Shape.of(12, 2, 3)));
    HostTensor y = HostTensor.allocate(TensorType.int64(Shape.of(12, 2)));
    for (int i = 0; i < 24; i++) {
      int c = i * 5 % 3;
      x.set(3 * i + c, 1);
      y.set(i, c);
    }
    AtomicFile.write(folder.resolve("tags.safetensors"), out -> Safetensors.write(out, new LinkedHashMap<>(Map.of("x", x, "y", y)), Map.of()));
    SmallRun run = SmallRun.of(folder, "tags", """
        name: tags
        data: {train: {safetensors: {path: tags.safetensors}}, split: {validation: 0.25, shuffle: false}}
        model: {layers: [{linear: 3}, {permute: [0, 2, 1]}]}
        loss: cross_entropy
        optimizer: {adam: {lr: 0.3}}
        training: {batch_size: 4, epochs: 20}
        """);
    List<String> expected = IntStream.range(9, 12).mapToObj(n -> y.longAt(2L * n) + "," + y.longAt(2L * n + 1)).toList();
    assertThat(rows(run, false)).isEqualTo("prediction_0,prediction_1\n" + String.join("\n", expected) + "\n");
    assertThat(rows(run, true)).startsWith("{\"prediction\":[\"" + expected.getFirst().replace(",", "\",\"") + "\"]}\n");
  }

  /// It advised a lower learning rate.
  @ParameterizedTest
  @CsvSource({"4, epoch 1: the loss of step 2 is NaN", "9, epoch 1: the validation loss is NaN"})
  void aBatchWithoutATargetThatCountsIsCalledSo(int from, String loss) throws IOException {
    HostTensor y = HostTensor.allocate(TensorType.int64(Shape.of(12, 2)));
    for (int i = 2 * from; i < 24; i++) {
      y.setLong(i, -100);
    }
    AtomicFile.write(folder.resolve("tags.safetensors"),
        out -> Safetensors.write(out, new LinkedHashMap<>(Map.of("x", HostTensor.allocate(TensorType.float32(Shape.of(12, 2, 3))), "y", y)), Map.of()));
    assertThatThrownBy(() -> SmallRun.of(folder, "ignored", """
        data: {train: {safetensors: {path: tags.safetensors}}, split: {validation: 0.25, shuffle: false}}
        model: {layers: [{linear: 3}, {permute: [0, 2, 1]}]}
        loss: cross_entropy
        optimizer: sgd
        training: {batch_size: 4, epochs: 1, shuffle: false}
        """)).isInstanceOf(Failure.class).hasMessageStartingWith(loss + ": every target 'y' of a batch is -100, the ignored class").hasMessageNotContaining("learning rate");
  }

  private static String rows(SmallRun run, boolean lines) {
    SavedModel model = SavedModel.open(run.result().run());
    Predictions predictions = new Predictions(model, lines);
    StringBuilder text = new StringBuilder(predictions.header(false));
    try (Backend backend = new ReferenceBackend(); Predictor predictor = new Predictor(model, backend)) {
      predictor.predict(model.parts().validation().orElseThrow(), outputs -> text.append(predictions.rows(outputs, List.of())));
    }
    return text.toString();
  }
}
