package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dlt.experiment.Assembly;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import dlt.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The experiments that come with dlt: each is valid, the small ones train and export.
class ExperimentsTest {
  @TempDir Path folder;

  static Stream<Path> experiments() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("experiments"))) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList().stream();
    }
  }

  private static ExperimentFile read(String file) {
    return ExperimentFile.read(Path.of(file), List.of());
  }

  private static long parameters(Assembly assembly) {
    return assembly.parameters().values().stream().mapToLong(p -> p.shape().size()).sum();
  }

  @ParameterizedTest
  @MethodSource("experiments")
  void bindsAndItsGraphsFitTogether(Path file) {
    ExperimentFile experiment = read(file.toString());
    boolean here = experiment.experiment().data().train().paths().stream().allMatch(p -> Files.exists(experiment.base().resolve(p)));
    assertThat(here || StandInData.knows(experiment.experiment())).as(file + " has its data").isTrue();
    if (here) {
      Assembly a = Prepared.of(experiment).assembly();
      assertThat(a.training(2).updates()).isNotEmpty();
      assertThat(a.inference(1, true).outputs()).hasSameSizeAs(a.outputs().keySet());
    }
  }

  /// Numbers, names and shapes are torchvision's.
  @Test
  void resnet18IsTorchvisions() {
    Assembly a = Prepared.of(read("experiments/resnet18.yaml")).assembly();
    assertThat(parameters(a)).isEqualTo(11_689_512);
    assertThat(a.parameters()).hasSize(62).containsKeys(
        "conv1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer1.1.bn2.weight", "layer2.0.downsample.0.weight",
        "layer2.0.downsample.1.bias", "layer4.1.conv2.weight", "fc.weight", "fc.bias");
    assertThat(a.buffers()).hasSize(60).containsKeys("bn1.running_mean", "layer3.0.downsample.1.num_batches_tracked");
    assertThat(a.parameters().get("layer4.0.downsample.0.weight").shape()).isEqualTo(Shape.of(512, 256, 1, 1));
  }

  @Test
  void inceptionV3IsTorchvisionsWithoutTheAuxiliaryHead() {
    Assembly a = Prepared.of(read("experiments/inception-v3.yaml")).assembly();
    assertThat(parameters(a)).isEqualTo(23_834_568);
    assertThat(a.parameters()).hasSize(284).containsKeys(
        "Conv2d_1a_3x3.conv.weight", "Conv2d_4a_3x3.bn.bias", "Mixed_5b.branch5x5_2.conv.weight", "Mixed_6a.branch3x3dbl_3.bn.weight",
        "Mixed_6e.branch7x7dbl_5.conv.weight", "Mixed_7a.branch7x7x3_4.conv.weight", "Mixed_7c.branch3x3dbl_3b.conv.weight", "fc.bias");
    assertThat(a.parameters().get("Mixed_6b.branch7x7_2.conv.weight").shape()).isEqualTo(Shape.of(128, 128, 1, 7));
    assertThat(a.layers().getLast().output()).isEqualTo(Shape.of(2, 1000));
  }

  static Stream<Path> startingPoints() throws IOException {
    return experiments().filter(f -> f.getParent().equals(Path.of("experiments")));
  }

  /// One epoch on few samples or small images; data that do not come with dlt are made up in their format.
  @ParameterizedTest
  @MethodSource("startingPoints")
  void trainsAndItsOnnxComputesTheSame(Path file) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("train", file.toString(), "--out", folder.resolve("run").toString(), "--json", "--no-report"));
    for (String override : StandInData.small(read(file.toString()), folder)) {
      arguments.addAll(List.of("--set", override));
    }
    CommandsTest.Result r = CommandsTest.dlt(arguments.toArray(String[]::new));
    // no model that differs is left, and the exit code is 5
    assertThat(r.code()).as(r.err()).isZero();
    try (Stream<Path> written = Files.walk(folder.resolve("run"))) {
      assertThat(written.map(p -> p.getFileName().toString())).contains("model.onnx");
    }
  }

  @Test
  void resnet18LearnsFromScratch() throws IOException {
    CommandsTest.Result r = CommandsTest.dlt("train", "experiments/resnet18.yaml", "--set", "data.train.synthetic={samples: 64, shape: [3, 32, 32], classes: 4}",
        "--set", "training={batch_size: 8, epochs: 4}", "--out", folder.resolve("resnet").toString(), "--json", "--no-report");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.json().get("best").get("epoch").asInt()).isGreaterThan(1);
    assertThat(r.json().get("best").get("validation").get("loss").asDouble()).isLessThan(Math.log(1000) / 2);
  }

  @ParameterizedTest
  @CsvSource({"fine-tune, 4", "siamese-ranking, 4", "text-lstm, 4", "text-classification, 4", "tabular-embeddings, 4", "iris, 5", "breast-cancer, 5", "diabetes, 5", "logistic-regression, 5", "autoencoder, 5", "vae, 4", "seq2seq, 3", "char-transformer, 5", "siamese, 5", "unet, 3"})
  void improvesWhileTrainingAndItsOnnxComputesTheSame(String name, String epochs) throws IOException {
    CommandsTest.Result r = CommandsTest.dlt("train", "experiments/" + name + ".yaml", "--set", "training.epochs=" + epochs,
        "--out", folder.resolve(name).toString(), "--json");
    assertThat(r.code()).as(r.err()).isZero();
    JsonNode result = r.json();
    assertThat(result.get("best").get("epoch").asInt()).isGreaterThan(1);
    assertThat(result.get("onnx").get("max_abs_difference").asDouble()).isLessThan(1e-3);
  }

  /// Distances of pairs and pixels of masks are answers, with the metrics of answers.
  @ParameterizedTest
  @CsvSource({"siamese, roc_auc", "unet, iou"})
  void pairsAndMasksHaveTheMetricsOfAnswers(String name, String metric) throws IOException {
    CommandsTest.Result r = CommandsTest.dlt("train", "experiments/" + name + ".yaml", "--set", "training.epochs=2",
        "--set", "metrics=[accuracy, f1, precision, recall, " + metric + "]", "--out", folder.resolve(name).toString(), "--json");
    assertThat(r.code()).as(r.err()).isZero();
    JsonNode validation = r.json().get("best").get("validation");
    assertThat(validation.get("accuracy").asDouble()).isBetween(0.3, 1.0);
    assertThat(validation.get(metric).asDouble()).isBetween(0.0, 1.0);
  }

  @Test
  void breastCancerReaches96PercentOverItsFolds() throws IOException {
    Path run = folder.resolve("folds");
    CommandsTest.Result r = CommandsTest.dlt("train", "experiments/breast-cancer-folds.yaml", "--out", run.toString(), "--json");
    assertThat(r.code()).as(r.err()).isZero();
    JsonNode result = r.json();
    assertThat(result.get("folds")).hasSize(5).allSatisfy(f -> assertThat(f.get("validation").get("accuracy").asDouble()).isGreaterThan(0.9));
    assertThat(result.get("mean").get("accuracy").asDouble()).isGreaterThanOrEqualTo(0.96)
        .isEqualTo(result.get("best").get("validation").get("accuracy").asDouble());
    assertThat(result.get("std").get("accuracy").asDouble()).isBetween(0.0, 0.05);
    assertThat(Path.of(result.get("out_of_fold").asText())).isEqualTo(run.resolve("out-of-fold.csv"));
    assertThat(result.get("onnx").get("max_abs_difference").asDouble()).isLessThan(1e-3);
    assertThat(r.err()).contains("fold 4 (5 of 5)", "mean        loss", "(standard deviation over 5 trainings)", "refit");
    assertThat(Files.readString(run.resolve("report.html"))).contains("<h2>Folds</h2>", "<th>validation accuracy</th>", "<th>std</th>", "norms of the selected weights");

    CommandsTest.Result validation = CommandsTest.dlt("eval", run.toString(), "--part", "validation", "--json");
    assertThat(validation.code()).isEqualTo(Main.USAGE);
    assertThat(validation.err()).contains("refitted on the samples of all folds", "the mean over the folds is loss ", "--part train");
    assertThat(CommandsTest.dlt("eval", run.toString(), "--json").code()).isEqualTo(Main.USAGE);
    assertThat(CommandsTest.dlt("eval", run.toString(), "--part", "train", "--json").json().get("samples").asInt()).isEqualTo(569);
    assertThat(CommandsTest.dlt("eval", run.resolve("folds/3").toString(), "--json").json().get("metrics").get("accuracy").asDouble())
        .isEqualTo(result.get("folds").get(3).get("validation").get("accuracy").asDouble());
    assertThat(CommandsTest.dlt("export", run.toString(), "--onnx", folder.resolve("m.onnx").toString(), "--json").code()).isZero();
  }
}
