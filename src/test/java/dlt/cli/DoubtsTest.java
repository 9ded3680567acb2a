package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.cli.CommandsTest.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A loss whose prediction is activated twice, or not once, is warned of.
class DoubtsTest {
  @TempDir Path folder;

  private String experiment(String layers, String loss) throws IOException {
    return Files.writeString(folder.resolve("exp.yaml"), """
        data: {train: {csv: {path: %s, target: species}}, split: {validation: 0.2}}
        model:
          layers: %s
        loss: %s
        optimizer: adam
        training: {epochs: 1}
        """.formatted(Path.of("experiments/data/iris.csv").toAbsolutePath(), layers, loss)).toString();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      [{linear: 3}, softmax]    | cross_entropy   | 25 | `cross_entropy` has its own softmax, and `softmax` before it is one more
      [{linear: 3}, sigmoid]    | cross_entropy   | 25 | `cross_entropy` has its own softmax, and `sigmoid` before it is one more
      [{linear: 3}]             | nll             | 13 | `nll` takes logarithms of probabilities, and `linear` gives none
      [{linear: 3}, {softmax: {as: p}}, {linear: 3}] | [cross_entropy, {cross_entropy: {input: p}}] | 26 | `softmax` before it
      """)
  void theLayerIsNamedByCheckAndTrain(String layers, String loss, int column, String said) throws IOException {
    String file = experiment(layers, loss);
    String place = "dlt: " + file + ":3:" + column + ": warning: ";
    Result check = CommandsTest.dlt("check", file);
    assertThat(check.code()).as(check.err()).isZero();
    assertThat(check.err().lines().filter(l -> l.startsWith(place))).singleElement().asString().contains(said);
    Result train = CommandsTest.dlt("train", file, "--out", folder.resolve("run").toString(), "--no-report");
    assertThat(train.err().lines().filter(l -> l.startsWith(place))).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      [{linear: 3}]              | cross_entropy
      [{linear: 3}, log_softmax] | nll
      [{linear: 3}, log_softmax] | cross_entropy
      """)
  void whatFitsIsNotWarnedOf(String layers, String loss) throws IOException {
    String file = experiment(layers, loss);
    assertThat(CommandsTest.dlt("check", file).err()).doesNotContain(file);
  }

  @Test
  void probabilitiesThatALayerCannotGive() throws IOException {
    String file = Files.writeString(folder.resolve("exp.yaml"), """
        data: {train: {csv: {path: %s, target: diagnosis}}, split: {validation: 0.2}}
        model: {layers: [{linear: 1}]}
        loss: bce
        optimizer: adam
        """.formatted(Path.of("experiments/data/breast_cancer.csv").toAbsolutePath())).toString();
    assertThat(CommandsTest.dlt("check", file).err()).contains("`bce` takes probabilities, and `linear` gives any number: add `sigmoid`, or take `bce_with_logits`");
  }
}
