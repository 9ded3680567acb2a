package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.backend.Backend;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Trainings;
import dlt.golden.GoldenBackend;
import dlt.golden.GoldenTable;
import dlt.run.RunDirectory;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Safetensors;
import dlt.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// PyTorch's training runs, repeated by `dlt train` from an experiment file and PyTorch's first weights: the loss of every
/// step, and the weights after the last one. On the reference device they agree with PyTorch's float64 (weights but for their
/// rounding in the checkpoint). On the processor losses are within four times PyTorch's own float32 error so far in the run, and
/// never further than 2e-5. The same holds on the software GPU, where a run begins below the command line: that opens real GPUs only.
///
/// Some runs amplify rounding: PyTorch's own float32 losses leave its float64 ones by more than 2e-5, up to everything, so that no
/// bound of that size holds for any float32 arithmetic. There the bound is four times the larger of two errors so far: PyTorch's
/// own, and what becomes of first weights that differ in their last bit (a run of its own). Both are what rounding alone does.
@ExtendWith(GoldenTable.class)
class GoldenTrajectoriesTest {
  private static final Path GOLDEN = Path.of(System.getProperty("golden.dir", "src/test/resources/golden"));
  private static final double FLOAT_ROUNDING = 0x1p-23, LOOSEST = 2e-5, REFERENCE = 1e-9;

  /// Experiments that are the cases, with the losses of the steps and their bounds: for experiments/bench/gpu.sh.
  private static final Path KEPT = Path.of("target/golden-trajectories");

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> everyStepHasPyTorchsLoss() throws IOException {
    JsonNode cases = new ObjectMapper().readTree(GOLDEN.resolve("trajectories.json").toFile()).get("cases");
    SequencedMap<String, HostTensor> tensors = Safetensors.read(GOLDEN.resolve("trajectories.safetensors"));
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode c : cases) {
      String name = c.get("name").asText();
      for (GoldenBackend backend : GoldenBackend.values()) {
        tests.add(DynamicTest.dynamicTest(name + " on " + device(backend), () -> compare(c, tensors, backend)));
      }
    }
    return tests.stream();
  }

  private void compare(JsonNode c, SequencedMap<String, HostTensor> tensors, GoldenBackend backend) throws IOException {
    int steps = c.get("steps").asInt();
    String name = c.get("name").asText();
    Path run = train(c, tensors, backend, 0);
    double[] losses = losses(run, steps);
    double[] exact = numbers(c.get("loss_f64"));
    double[] torchError = soFar(numbers(c.get("loss_f32")), exact, exact);
    boolean reference = backend == GoldenBackend.REFERENCE;
    boolean amplifies = torchError[steps - 1] > LOOSEST;
    double[] spread = amplifies && !reference ? soFar(losses(train(c, tensors, backend, FLOAT_ROUNDING), steps), losses, exact) : new double[steps];
    double[] bounds = IntStream.range(0, steps).mapToDouble(t -> {
      double rounding = 4 * Math.max(Math.max(torchError[t], spread[t]), FLOAT_ROUNDING);
      return reference ? REFERENCE : amplifies ? rounding : Math.min(rounding, LOOSEST);
    }).toArray();
    if (backend == GoldenBackend.CUDA) {
      Path kept = KEPT.resolve(name);
      experiment(c, tensors, kept, 0);
      Files.write(kept.resolve("expected"), IntStream.range(0, steps).mapToObj(t -> (t + 1) + " " + exact[t] + " " + bounds[t]).toList());
    }
    for (int t = 0; t < steps; t++) {
      assertThat(Math.abs(losses[t] - exact[t]) / Math.abs(exact[t]))
          .as("relative error at step %s of the losses %s against %s", t + 1, Arrays.toString(losses), Arrays.toString(exact))
          .isLessThanOrEqualTo(bounds[t]);
    }
    if (reference || !amplifies) {
      Map<String, HostTensor> weights = Safetensors.read(run.resolve("checkpoints/last.safetensors"));
      String prefix = name + "/final/";
      tensors.forEach((key, t) -> {
        if (key.startsWith(prefix)) {
          String weight = key.substring(prefix.length());
          GoldenBackend.assertClose(weight, weights.get(weight).toDoubles(), t, reference ? FLOAT_ROUNDING : LOOSEST);
        }
      });
    }
  }

  /// Trains with every first weight multiplied by 1 + at most `noise`, and returns the run's folder.
  private Path train(JsonNode c, SequencedMap<String, HostTensor> tensors, GoldenBackend backend, double noise) throws IOException {
    Path here = folder.resolve(c.get("name").asText() + "-" + device(backend) + (noise > 0 ? "-noise" : ""));
    Path file = experiment(c, tensors, here, noise);
    Path run = here.resolve("run");
    switch (backend) {
      case REFERENCE, CPU -> {
        int code = Main.run("train", file.toString(), "--out", run.toString(), "--device", device(backend), "--verbose");
        assertThat(code).as(Files.readString(file)).isZero();
      }
      case CUDA -> trainOnSoftwareGpu(file, run);
    }
    return run;
  }

  /// Writes an experiment that is the case, and what it reads, to a folder; the file.
  private static Path experiment(JsonNode c, SequencedMap<String, HostTensor> tensors, Path folder, double noise) throws IOException {
    String name = c.get("name").asText();
    Path here = Files.createDirectories(folder);
    HostTensor x = tensors.get(name + "/x");
    SequencedMap<String, HostTensor> data = new LinkedHashMap<>();
    data.put("x", x);
    data.put("y", tensors.get(name + "/y"));
    Safetensors.write(here.resolve("data.safetensors"), data, Map.of());
    SequencedMap<String, HostTensor> init = new LinkedHashMap<>();
    tensors.forEach((key, t) -> {
      if (key.startsWith(name + "/init/")) {
        init.put(key.substring((name + "/init/").length()), noise > 0 && t.dtype() == DType.FLOAT32 ? noisy(t, noise) : t);
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
        """.formatted(name, TorchModel.layers(c).indent(4), TorchModel.loss(c.get("loss").asText()), TorchModel.optimizer(c.get("optimizer")),
        x.shape().dim(1));
    return Files.writeString(here.resolve("exp.yaml"), yaml);
  }

  private static void trainOnSoftwareGpu(Path file, Path run) {
    try (Backend gpu = GoldenBackend.CUDA.open()) {
      new TrainingRun(Trainings.open(ExperimentFile.read(file, List.of())), gpu, new RunDirectory(run), new Progress(new Output()))
          .train(false, "test", () -> false);
    }
  }

  private static String device(GoldenBackend backend) {
    return backend.name().toLowerCase(Locale.ROOT);
  }

  private static HostTensor noisy(HostTensor t, double noise) {
    Philox random = new Philox(1, Philox.Purpose.SYNTHETIC.stream(0), 0);
    HostTensor r = HostTensor.allocate(t.type());
    for (long i = 0; i < t.size(); i++) {
      r.set(i, t.at(i) * (1 + noise * (2 * random.uniform(i) - 1)));
    }
    return r;
  }

  private static double[] losses(Path run, int steps) throws IOException {
    List<Double> r = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      JsonNode l = new ObjectMapper().readTree(line);
      if (l.get("kind").asText().equals("step")) {
        r.add(l.get("loss").asDouble());
      }
    }
    assertThat(r).hasSize(steps);
    return r.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double[] numbers(JsonNode list) {
    return IntStream.range(0, list.size()).mapToDouble(i -> list.get(i).asDouble()).toArray();
  }

  /// The largest difference between two runs up to each step, relative to the exact losses.
  private static double[] soFar(double[] a, double[] b, double[] exact) {
    double[] r = new double[a.length];
    for (int t = 0; t < a.length; t++) {
      r[t] = Math.max(t == 0 ? 0 : r[t - 1], Math.abs(a[t] - b[t]) / Math.abs(exact[t]));
    }
    return r;
  }
}
