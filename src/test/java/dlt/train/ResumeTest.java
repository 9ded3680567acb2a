package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.backend.cpu.CpuBackend;
import dlt.config.ConfigException;
import dlt.error.Failure;
import dlt.error.Folder;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Trainings;
import dlt.run.RunDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A run that is interrupted, however often and wherever, ends in the same bytes as one that is not. The net has work enough
/// to be shared by threads.
class ResumeTest {
  private static final String EXPERIMENT = """
      name: resume
      seed: 7
      data:
        train: {synthetic: {samples: 150, shape: [1, 16, 16], classes: 3}}
        split: {validation: 0.2}
        augment: [{random_crop: 1}]
      model:
        layers: [{conv2d: {out_channels: 24, kernel_size: 3}}, batch_norm, relu, {max_pool2d: 2}, flatten, {dropout: 0.3}, {linear: 3}]
      loss: cross_entropy
      optimizer: {adam: {lr: 1e-2}}
      schedule: [{linear: {start_factor: 0.1, epochs: 1}}, {reduce_on_plateau: {patience: 1}}]
      training: {batch_size: 16, epochs: 5, log_every: 3}
      """;
  private static final int STEPS = 5 * 8;

  @TempDir Path folder;

  @Test
  void aRunStoppedAtRandomStepsEndsInTheSameBytesForAnyNumberOfThreads() throws IOException {
    RunDirectory whole = run("whole", 1, List.of());
    Random random = new Random(1);
    for (int attempt = 0; attempt < 4; attempt++) {
      List<Integer> stops = random.ints(1 + attempt, 1, STEPS / 2).boxed().toList();
      RunDirectory stopped = run("stopped" + attempt, 1 + attempt % 2, stops);
      assertThat(stopped.last()).as("stops %s", stops).hasSameBinaryContentAs(whole.last());
      assertThat(stopped.best()).as("stops %s", stops).hasSameBinaryContentAs(whole.best());
      assertThat(withoutTimes(stopped.metrics())).isEqualTo(withoutTimes(whole.metrics()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"accumulate: 3", "average: {ema: {decay: 0.9}}", "average: {swa: {start: 3}}, accumulate: 2",
      "average: {ema: {decay: 0.9, use_buffers: true}}"})
  void aRunStoppedWithinAGroupOrWithAnAverageEndsInTheSameBytes(String training) throws IOException {
    String experiment = EXPERIMENT.replace("flatten", "flatten, batch_norm").replace("log_every: 3", "log_every: 3, " + training);
    RunDirectory whole = train(experiment, "whole", 2, true, List.of(), () -> false).run();
    for (int stop : new int[] {1, 7, 11}) {
      int[] left = {stop};
      train(experiment, "stopped", 2, true, List.of(), () -> --left[0] <= 0);
    }
    RunDirectory stopped = train(experiment, "stopped", 2, true, List.of(), () -> false).run();
    assertThat(stopped.last()).hasSameBinaryContentAs(whole.last());
    assertThat(stopped.best()).hasSameBinaryContentAs(whole.best());
    assertThat(withoutTimes(stopped.metrics())).isEqualTo(withoutTimes(whole.metrics()));
  }

  @Test
  void aRunWhoseFolderIsRemovedOrAnothersFailsAndWritesNothingMore() throws IOException {
    Path run = folder.resolve("removed");
    for (boolean others : new boolean[] {false, true}) {
      int[] steps = {0};
      assertThatThrownBy(() -> train("removed", 1, false, List.of(), () -> ++steps[0] == 3 && removed(run, others))).isInstanceOf(Failure.class)
          .hasMessageContaining("was removed, moved or taken");
      assertThat(run.resolve(".lock").toFile().exists()).isEqualTo(others);
      assertThat(run.resolve("checkpoints")).doesNotExist();
      assertThat(run.resolve("manifest.json")).doesNotExist();
    }
  }

  /// Removes what is in `run`; where it is to be `others`, somebody makes and locks it again. False.
  private static boolean removed(Path run, boolean others) {
    try {
      for (Path file : Folder.tree(run).reversed()) {
        Files.delete(file);
      }
      if (others) {
        Files.createFile(Files.createDirectory(run).resolve(".lock"));
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void moreEpochsGoOnAndAnyOtherChangeIsRefused() throws IOException {
    run("changed", 1, List.of());
    assertThatThrownBy(() -> train("changed", 1, true, List.of("optimizer.adam.lr=0.1"), () -> false))
        .isInstanceOf(Failure.class).hasMessageContaining("optimizer.adam.lr: 0.01 became 0.1");
    assertThat(train("changed", 1, true, List.of("training.epochs=6"), () -> false).epochs()).isEqualTo(6);
  }

  @Test
  void otherDataAreRefusedAndTheRunStaysAsItIs() throws IOException {
    Path data = Files.writeString(folder.resolve("data.csv"), "a,y\n" + "1,0\n2,1\n".repeat(10));
    String table = EXPERIMENT.replaceFirst("train: .*", "train: {csv: {path: data.csv, target: y}}").replaceFirst("augment: .*", "augment: []")
        .replaceFirst("layers: .*", "layers: [{linear: 2}]");
    train(table, "data", 1, true, List.of(), () -> false);
    byte[] model = Files.readAllBytes(folder.resolve("data/model.onnx"));
    byte[] config = Files.readAllBytes(folder.resolve("data/config.yaml"));
    Files.writeString(data, "a,y\n" + "1,0\n3,1\n".repeat(10));
    assertThatThrownBy(() -> train(table, "data", 1, true, List.of("training.epochs=6"), () -> false)).isInstanceOf(Failure.class).hasMessageContaining("not those");
    assertThat(folder.resolve("data/model.onnx")).hasBinaryContent(model);
    assertThat(folder.resolve("data/config.yaml")).hasBinaryContent(config);
  }

  @Test
  void aResumeThatCannotBeginLeavesTheRunAsItIs() throws IOException {
    RunDirectory run = run("damaged", 1, List.of());
    byte[] model = Files.readAllBytes(run.onnx());
    byte[] manifest = Files.readAllBytes(run.manifest());
    Files.write(run.last(), new byte[9]);
    assertThatThrownBy(() -> train("damaged", 1, true, List.of("training.epochs=6"), () -> false)).isInstanceOf(Failure.class).hasMessageContaining(run.last().toString());
    assertThat(run.onnx()).hasBinaryContent(model);
    assertThat(run.manifest()).hasBinaryContent(manifest);
  }

  @Test
  void aFolderWithARunIsNotOverwritten() throws IOException {
    run("taken", 1, List.of());
    assertThatThrownBy(() -> train("taken", 1, false, List.of(), () -> false)).isInstanceOf(Failure.class).hasMessageContaining("--resume");
  }

  @Test
  void aScheduleThatDoesNotFitLeavesNoRun() {
    assertThatThrownBy(() -> train("late", 1, false, List.of("schedule=[{linear: {epochs: 99}}, cosine]"), () -> false)).isInstanceOf(ConfigException.class)
        .hasMessageContaining("phase 2");
    assertThat(folder.resolve("late")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.onnx", "report.html", "metrics.jsonl", "manifest.json", "checkpoints/best.safetensors", "folds/notes.txt"})
  void somebodyElsesFilesAreNotWrittenOver(String name) throws IOException {
    Path mine = folder.resolve("mine").resolve(name);
    Files.createDirectories(mine.getParent());
    Files.writeString(mine, "mine");
    for (boolean resume : List.of(false, true)) {
      assertThatThrownBy(() -> train("mine", 1, resume, List.of(), () -> false)).isInstanceOf(Failure.class)
          .hasMessageContaining(name.split("/")[0] + " is there already").hasMessageContaining("--out");
    }
    assertThat(mine).hasContent("mine");
    assertThat(folder.resolve("mine/config.yaml")).doesNotExist();
  }

  /// Trains, stopping each time after so many steps.
  private RunDirectory run(String name, int threads, List<Integer> stops) throws IOException {
    for (int after : stops) {
      int[] left = {after};
      train(name, threads, true, List.of(), () -> --left[0] <= 0);
    }
    return train(name, threads, true, List.of(), () -> false).run();
  }

  private TrainingRun.Result train(String name, int threads, boolean resume, List<String> overrides, BooleanSupplier stop) throws IOException {
    return train(EXPERIMENT, name, threads, resume, overrides, stop);
  }

  private TrainingRun.Result train(String experiment, String name, int threads, boolean resume, List<String> overrides, BooleanSupplier stop)
      throws IOException {
    Path file = Files.writeString(folder.resolve("exp.yaml"), experiment);
    Trainings trainings = Trainings.open(ExperimentFile.read(file, overrides));
    try (CpuBackend backend = CpuBackend.open(threads)) {
      return new TrainingRun(trainings, backend, new RunDirectory(folder.resolve(name)), new Silent()).train(resume, "test", stop);
    }
  }

  private static List<String> withoutTimes(Path metrics) throws IOException {
    return Files.readAllLines(metrics).stream().map(l -> l.replaceAll("\"(seconds|waiting|samples_per_second)\":[^,}]+", "")).toList();
  }
}
