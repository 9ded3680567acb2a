package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// PyTorch's training runs, repeated by `dlt train` from an experiment file and PyTorch's first weights: the loss of every
/// step. On the reference device they agree with PyTorch's float64; on the processor within four times PyTorch's own float32
/// error so far in the run.
class GoldenTrajectoriesTest {
  private static final Path GOLDEN = Path.of(System.getProperty("golden.dir", "src/test/resources/golden"));
  private static final double FLOAT_ROUNDING = 0x1p-23, LOOSEST = 1e-5, REFERENCE = 1e-9;
  private static final int AHEAD = 3;

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> everyStepHasPyTorchsLoss() throws IOException {
    JsonNode cases = new ObjectMapper().readTree(GOLDEN.resolve("trajectories.json").toFile()).get("cases");
    SequencedMap<String, HostTensor> tensors = Safetensors.read(GOLDEN.resolve("trajectories.safetensors"));
    System.out.println("golden trajectories: " + cases.size() + " cases on cpu and reference");
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode c : cases) {
      String name = c.get("name").asText();
      tests.add(DynamicTest.dynamicTest(name + " on cpu", () -> compare(c, tensors, "cpu")));
      tests.add(DynamicTest.dynamicTest(name + " on reference", () -> compare(c, tensors, "reference")));
    }
    return tests.stream();
  }

  private void compare(JsonNode c, SequencedMap<String, HostTensor> tensors, String device) throws IOException {
    String name = c.get("name").asText();
    Path here = Files.createDirectories(folder.resolve(name + "-" + device));
    HostTensor x = tensors.get(name + "/x");
    int steps = c.get("steps").asInt();
    int batch = x.shape().dim(1);
    SequencedMap<String, HostTensor> data = new LinkedHashMap<>();
    data.put("x", x);
    data.put("y", tensors.get(name + "/y"));
    Safetensors.write(here.resolve("data.safetensors"), data, Map.of());
    SequencedMap<String, HostTensor> init = new LinkedHashMap<>();
    tensors.forEach((key, t) -> {
      if (key.startsWith(name + "/init/")) {
        init.put(key.substring((name + "/init/").length()), t);
      }
    });
    Safetensors.write(here.resolve("init.safetensors"), init, Map.of());
    String yaml = """
        name: %s
        data: {train: {safetensors: {path: data.safetensors, batch_dims: 2}}, split: none}
        model:
          init: {weights: init.safetensors}
          layers:
        %s
        loss: %s
        optimizer: %s
        training: {batch_size: %d, epochs: 1, shuffle: false, log_every: 1}
        """.formatted(name, TorchModel.layers(c).indent(4), TorchModel.loss(c.get("loss").asText()), TorchModel.optimizer(c.get("optimizer")), batch);
    Path file = Files.writeString(here.resolve("exp.yaml"), yaml);
    int code = Main.run("train", file.toString(), "--out", here.resolve("run").toString(), "--device", device, "--verbose");
    assertThat(code).as(yaml).isZero();

    List<Double> losses = new ArrayList<>();
    for (String line : Files.readAllLines(here.resolve("run/metrics.jsonl"))) {
      JsonNode l = new ObjectMapper().readTree(line);
      if (l.get("kind").asText().equals("step")) {
        losses.add(l.get("loss").asDouble());
      }
    }
    assertThat(losses).hasSize(steps);
    // in a run that amplifies rounding PyTorch's own error grows from step to step; another rounding is a few steps ahead
    boolean amplifies = torchError(c, steps) > LOOSEST;
    for (int t = 0; t < steps; t++) {
      double exact = c.get("loss_f64").get(t).asDouble();
      double torchError = torchError(c, Math.min(steps, t + 1 + (amplifies ? AHEAD : 0)));
      double tolerance = device.equals("reference") ? Math.max(REFERENCE, REFERENCE * torchError / FLOAT_ROUNDING)
          : 4 * Math.max(torchError, FLOAT_ROUNDING);
      tolerance = amplifies ? tolerance : Math.min(tolerance, LOOSEST);
      assertThat(Math.abs(losses.get(t) - exact) / Math.abs(exact))
          .as(() -> String.format(Locale.ROOT, "relative error of the losses %s against %s", losses, c.get("loss_f64")))
          .isLessThanOrEqualTo(tolerance);
    }
  }

  /// The largest relative error of PyTorch's float32 losses before step `to`.
  private static double torchError(JsonNode c, int to) {
    double r = 0;
    for (int t = 0; t < to; t++) {
      double exact = c.get("loss_f64").get(t).asDouble();
      r = Math.max(r, Math.abs(c.get("loss_f32").get(t).asDouble() - exact) / Math.abs(exact));
    }
    return r;
  }
}
