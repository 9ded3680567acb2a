package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A run that starts from what another one has learned.
class TransferTest {
  @TempDir Path folder;

  /// A rate of 0 keeps what was taken up.
  @Test
  void anotherRunsSelectedWeightsAreTakenUp() throws IOException {
    String yaml = """
        data: {train: {synthetic: {samples: 8, shape: [3], classes: 2}}, split: none}
        model: {layers: [{linear: 4}, tanh, {linear: 2}]%s}
        loss: cross_entropy
        optimizer: {sgd: {lr: %s}}
        training: {batch_size: 4, epochs: 1}
        """;
    Path first = Files.writeString(folder.resolve("first.yaml"), yaml.formatted("", "0.1"));
    Path second = Files.writeString(folder.resolve("second.yaml"), "seed: 5\n" + yaml.formatted(", init: {weights: first}", "0"));
    Path third = Files.writeString(folder.resolve("third.yaml"), "seed: 6\n" + yaml.formatted(", init: {weights: first/model.onnx}", "0"));
    for (Path file : List.of(first, second, third)) {
      String name = file.getFileName().toString().replace(".yaml", "");
      assertThat(Main.run("train", file.toString(), "--out", folder.resolve(name).toString(), "--verbose")).isZero();
    }
    for (String run : List.of("second", "third")) {
      Map<String, HostTensor> taken = Safetensors.read(folder.resolve(run + "/checkpoints/best.safetensors"));
      Safetensors.read(folder.resolve("first/checkpoints/best.safetensors"))
          .forEach((name, t) -> assertThat(taken.get(name).toDoubles()).as(name).isEqualTo(t.toDoubles()));
    }
  }

  @Test
  void weightsThatNoOnnxFileHoldsAreRefusedBeforeTraining() {
    for (String command : List.of("check", "train")) {
      CommandsTest.Result r = CommandsTest.dlt(command, "experiments/iris.yaml", "--set", "model.layers=[{linear: 400000}, {linear: 1400}, {linear: 3}]");
      assertThat(r.code()).isEqualTo(2);
      assertThat(r.err()).contains("the model's weights take 2,248,022,412 bytes", "holds 2 GiB");
    }
  }

  @Test
  void weightsThatAreRefusedLeaveNoRun() throws IOException {
    Path run = folder.resolve("refused");
    CommandsTest.Result missing = CommandsTest.dlt("train", "experiments/iris.yaml", "--out", run.toString(), "--set", "model.init=nothing.safetensors");
    assertThat(missing.code()).isEqualTo(3);
    assertThat(missing.err()).contains("nothing.safetensors: there is no such file");
    assertThat(run).doesNotExist();
    CommandsTest.Result other = CommandsTest.dlt("train", "experiments/iris.yaml", "--out", run.toString(), "--set", "model.init=data/digits_trunk.safetensors");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("does not fit the model");
    assertThat(run).doesNotExist();
    assertThat(CommandsTest.dlt("check", "experiments/iris.yaml", "--set", "model.init=nothing.npz").code()).isEqualTo(3);
    assertThat(CommandsTest.dlt("check", "experiments/iris.yaml", "--set", "model.init=[data/digits_trunk.safetensors]").err()).contains("does not fit the model");
  }
}
