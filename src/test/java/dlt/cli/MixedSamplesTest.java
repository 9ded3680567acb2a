package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Trainings whose samples are mixed with one another.
class MixedSamplesTest {
  private static final String DIGITS = "experiments/digits.yaml";

  @TempDir Path folder;

  private CommandsTest.Result train(String run, String... sets) {
    List<String> arguments = new java.util.ArrayList<>(List.of("train", DIGITS, "--out", folder.resolve(run).toString(), "--json"));
    for (String set : sets) {
      arguments.addAll(List.of("--set", set));
    }
    return CommandsTest.dlt(arguments.toArray(String[]::new));
  }

  @Test
  void classIndicesBecomeProbabilitiesInTrainingAlone() throws IOException {
    CommandsTest.Result r = train("mixed", "training.epochs=3", "data.augment=[{random_affine: {degrees: 10}}, {mixup: 0.4}, cutmix]");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.json().get("best").get("validation").get("accuracy").asDouble()).isGreaterThan(0.7);
  }

  @Test
  void twoThreadCountsGiveTheSameWeights() throws IOException {
    String augment = "data.augment=[{mixup: 1}]";
    for (String threads : List.of("1", "4")) {
      CommandsTest.Result r = CommandsTest.dlt("train", DIGITS, "--set", "training.epochs=1", "--set", augment, "--threads", threads,
          "--out", folder.resolve("t" + threads).toString(), "--json");
      assertThat(r.code()).as(r.err()).isZero();
    }
    assertThat(Files.readAllBytes(folder.resolve("t1/checkpoints/last.safetensors")))
        .isEqualTo(Files.readAllBytes(folder.resolve("t4/checkpoints/last.safetensors")));
  }

  @Test
  void lossesThatCannotTakeWhatMixingMakesAreRefused() {
    CommandsTest.Result r = train("nll", "loss=multi_margin", "data.augment=[mixup]", "metrics=[]");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("mixup beside multi_margin, which takes class indices alone");
    r = CommandsTest.dlt("check", "experiments/siamese.yaml", "--set", "data.augment=[mixup]");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("mixup beside hinge_embedding, whose targets are 1 or -1");
    r = CommandsTest.dlt("check", "experiments/iris.yaml", "--set", "data.augment=[cutmix]");
    assertThat(r.code()).isEqualTo(2);
    assertThat(r.err()).contains("cutmix: input 'features' is no image");
  }
}
