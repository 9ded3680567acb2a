package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Names that a training needs for itself.
class TakenNamesTest {
  @TempDir Path folder;

  private CommandsTest.Result dlt(String command, String input, String layers, String... more) {
    List<String> arguments = new ArrayList<>(List.of(command, "experiments/iris.yaml",
        "--set", "data.train.csv.inputs={" + input + ": [sepal_length, sepal_width], b: [petal_length, petal_width]}",
        "--set", "model.layers=[{concat: {from: [" + input + ", b]}}, " + layers + "]"));
    arguments.addAll(List.of(more));
    return CommandsTest.dlt(arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rng", "gradient.share", "average.share", "target/species"})
  void anInputIsCalledOtherwise(String name) {
    CommandsTest.Result r = dlt("check", "'" + name + "'", "{linear: 3}", "--set", "optimizer=sgd");
    assertThat(r.code()).as(r.err()).isEqualTo(2);
    assertThat(r.err()).contains("found an input called '" + name + "'", "`inputs: {x: " + name + "}`");
  }

  @Test
  void anOutputIsNotCalledLoss() {
    CommandsTest.Result r = dlt("check", "a", "{linear: {out_features: 3, as: loss}}", "--set", "model.outputs=[loss]");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("found output 'loss', which is what the training calls its loss");
    // where it is no output the name is free
    assertThat(dlt("check", "a", "{linear: {out_features: 3, as: loss}}").code()).isZero();
  }

  @Test
  void theFilesOfARunTellLayersFromThePreprocessing() {
    CommandsTest.Result r = dlt("check", "a", "{sequential: {as: preprocess, layers: [{linear: 4}, relu]}}, {linear: 3}");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("found a layer called `preprocess`", "give it another `as` name");
    String run = folder.resolve("run").toString();
    CommandsTest.Result inside = dlt("train", "a", "{sequential: {as: optimizer, layers: [{linear: {as: preprocess, out_features: 4}}, {relu: {as: average}}]}}, {linear: 3}",
        "--set", "training.epochs=1", "--out", run, "--set", "optimizer=adam");
    assertThat(inside.code()).as(inside.err()).isZero();
    assertThat(inside.err()).doesNotContain("no report");
    assertThat(CommandsTest.dlt("eval", run).code()).isZero();
  }
}
