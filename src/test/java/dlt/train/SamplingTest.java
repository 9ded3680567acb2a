package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `training.sampling`: a bias alone learns how often each class is drawn.
class SamplingTest {
  private static final String EXPERIMENT = """
      name: rare
      seed: 4
      data: {train: {csv: {path: rare.csv, target: kind}}, split: none}
      model: {layers: [{mul: {from: [features, features]}}, {linear: {out_features: 2, init: zeros, as: out}}]}
      loss: cross_entropy
      optimizer: {sgd: {lr: 0.5}}
      training: {batch_size: all, epochs: 200, shuffle: true}
      """;

  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    List<String> rows = new ArrayList<>(List.of("x,kind,yes"));
    for (int i = 0; i < 400; i++) {
      rows.add("0," + (i % 8 == 0 ? "rare,1" : "common,0")); // x is 0: the bias is all there is
    }
    Files.write(folder.resolve("rare.csv"), rows);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"{sampling: balanced} | 0.5", "{sampling: [1, 21]} | 0.75", "{sampling: [1, 0]} | 0.0"})
  void classesAreDrawnAsOftenAsTheirWeightsSay(String sampling, double share) throws IOException {
    String value = sampling.substring("{sampling: ".length(), sampling.length() - 1);
    SmallRun run = SmallRun.of(folder, "run", EXPERIMENT, "data.train.csv.features=[x]", "training.sampling=" + value);
    double gap = run.best().get("out.bias").at(1) - run.best().get("out.bias").at(0);
    assertThat(1 / (1 + Math.exp(-gap))).isCloseTo(share, within(0.04));
  }

  @Test
  void yesAndNoAreDrawnToo() throws IOException {
    SmallRun run = SmallRun.of(folder, "run", EXPERIMENT, "data.train.csv.features=[x]", "data.train.csv.target=yes", "data.train.csv.types={yes: numeric}", "loss=bce_with_logits",
        "model.layers.1.linear.out_features=1", "training.sampling=balanced");
    assertThat(run.best().get("out.bias").at(0)).isCloseTo(0, within(0.2));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "training.sampling=[1, 2, 3] | found 3 weights, expected one for each of the 2 classes",
      "training.sampling=[0, 0] | every sample of the training part has the weight 0",
      "training.sampling=some | `balanced` or a list",
      "training={sampling: balanced, shuffle: false} | one of the two"})
  void whatCannotBeDrawnIsRefused(String override, String message) {
    assertThatThrownBy(() -> SmallRun.of(folder, "run", EXPERIMENT, "data.train.csv.features=[x]", override)).isInstanceOf(ConfigException.class).hasMessageContaining(message);
  }

  @Test
  void samplesOfNoClassAreRefused() {
    assertThatThrownBy(() -> SmallRun.of(folder, "run", EXPERIMENT, "data.train.csv.features=[x]", "data.train.csv.target=yes", "data.train.csv.types={yes: numeric}", "loss=mse",
        "model.layers.1.linear.out_features=1", "training.sampling=balanced")).isInstanceOf(ConfigException.class).hasMessageContaining("needs a class for each sample");
  }
}
