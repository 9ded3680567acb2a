package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.cpu.CpuBackend;
import dlt.config.ConfigException;
import dlt.error.Failure;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Trainings;
import dlt.run.Manifest;
import dlt.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs that train every fold.
class CrossValidationTest {
  private static final String EXPERIMENT = """
      name: folds
      seed: 7
      data:
        train: {csv: {path: data.csv, target: y}}
        split: {folds: 3, stratify: true}
        preprocess: [standardize]
      model:
        layers: [{linear: 6}, relu, {dropout: 0.2}, {linear: 3}]
      loss: cross_entropy
      optimizer: {adam: {lr: 2e-2}}
      training: {batch_size: 8, epochs: 5, log_every: 2, early_stopping: {patience: 2}}
      """;
  private static final int SAMPLES = 60;

  @TempDir Path folder;

  @BeforeEach
  void data() throws IOException {
    Random random = new Random(5);
    StringBuilder text = new StringBuilder("who,a,b,y\n");
    for (int i = 0; i < SAMPLES; i++) {
      int y = i % 3;
      text.append("p").append(i / 2 % 20).append(",").append(y + random.nextGaussian()).append(",").append(random.nextGaussian() - y)
          .append(",").append("uvw".charAt(y)).append("\n");
    }
    Files.writeString(folder.resolve("data.csv"), text);
  }

  @Test
  void aRunStoppedWithinAndBetweenFoldsEndsInTheSameBytes() throws IOException {
    train("whole", false, List.of(), () -> false);
    Map<String, List<String>> whole = contents(folder.resolve("whole"));
    assertThat(whole.keySet()).contains("out-of-fold.csv", "model.onnx", "checkpoints/best.safetensors", "metrics.jsonl",
        "folds/0/checkpoints/best.safetensors", "folds/2/checkpoints/last.safetensors", "folds/2/metrics.jsonl", "folds/1/config.yaml");
    Random random = new Random(1);
    for (int attempt = 0; attempt < 3; attempt++) {
      String name = "stopped" + attempt;
      int stops = 0;
      boolean stopped = true;
      for (; stopped; stops++) {
        int[] left = {attempt == 0 ? 5 : 1 + random.nextInt(40)};
        stopped = train(name, true, List.of(), () -> --left[0] <= 0).stopped();
      }
      assertThat(stops).isGreaterThan(1);
      assertThat(contents(folder.resolve(name))).isEqualTo(whole);
    }
  }

  @Test
  void finishedFoldsAreNotTrainedAgain() throws IOException {
    int[] steps = {0};
    train("once", false, List.of(), () -> ++steps[0] < 0);
    int all = steps[0];
    Map<String, List<String>> before = contents(folder.resolve("once"));
    train("once", true, List.of(), () -> ++steps[0] < 0);
    assertThat(steps[0]).isEqualTo(all);
    assertThat(contents(folder.resolve("once"))).isEqualTo(before);
  }

  @Test
  void everySampleIsPredictedOnceInEachRepeatByAModelThatDidNotLearnFromIt() throws IOException {
    TrainingRun.Result r = train("repeats", false, List.of("data.split.repeats=2", "training.epochs=1"), () -> false);
    List<String> lines = Files.readAllLines(r.run().outOfFold());
    assertThat(lines.getFirst()).isEqualTo("sample,origin,repeat,fold,target,prediction,p_u,p_v,p_w");
    List<String> keys = new ArrayList<>();
    Map<Integer, int[]> rightAndAll = new TreeMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] c = line.split(",");
      keys.add(c[2] + ":" + c[0]);
      assertThat(Integer.parseInt(c[3]) / 3).isEqualTo(Integer.parseInt(c[2]));
      assertThat(c[1]).isEqualTo("data.csv:" + (Integer.parseInt(c[0]) + 2));
      assertThat(c[4]).isEqualTo("" + "uvw".charAt(Integer.parseInt(c[0]) % 3));
      int[] counts = rightAndAll.computeIfAbsent(Integer.parseInt(c[3]), _ -> new int[2]);
      counts[0] += c[4].equals(c[5]) ? 1 : 0;
      counts[1]++;
    }
    assertThat(keys).containsExactlyInAnyOrderElementsOf(
        IntStream.range(0, 2 * SAMPLES).mapToObj(i -> i / SAMPLES + ":" + i % SAMPLES).toList());
    for (CrossValidation.Fold f : r.folds().orElseThrow().folds()) {
      int[] counts = rightAndAll.get(f.number());
      assertThat(f.validation().value("accuracy")).isEqualTo((double) counts[0] / counts[1]);
    }
  }

  @Test
  void meanAndDeviationAreThoseOfTheFoldsAndAssertsSeeThem() throws IOException {
    TrainingRun.Result r = train("mean", false,
        List.of("assert=[validation.accuracy > 2, accuracy_std < 1, validation.accuracy_std >= 0]"), () -> false);
    CrossValidation all = r.folds().orElseThrow();
    double[] values = all.folds().stream().mapToDouble(f -> f.validation().value("accuracy")).toArray();
    double mean = Arrays.stream(values).average().orElseThrow();
    double deviation = Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / 2);
    assertThat(r.validation().orElseThrow().value("accuracy")).isCloseTo(mean, within(1e-12));
    assertThat(all.deviation().value("accuracy")).isCloseTo(deviation, within(1e-12));
    assertThat(r.failed()).hasSize(2);
    assertThat(r.failed().getFirst()).contains("validation.accuracy > 2").contains("it is");
    assertThat(r.failed().getLast()).contains("there is no accuracy_std");
    Map<String, Double> results = Manifest.read(r.run()).results();
    assertThat(results.get("validation.accuracy")).isEqualTo(r.validation().orElseThrow().value("accuracy"));
    assertThat(results.get("validation.accuracy_std")).isEqualTo(all.deviation().value("accuracy"));
    List<Integer> best = all.folds().stream().map(CrossValidation.Fold::bestEpoch).sorted().toList();
    assertThat(r.epochs()).isEqualTo(best.get(1));
    assertThat(Files.readAllLines(r.run().metrics()).stream().filter(l -> l.contains("\"kind\":\"epoch\""))).hasSize(best.get(1));
  }

  @Test
  void theRefitHasSeenAllSamplesAndNoneIsLeftToValidateIt() throws IOException {
    RunDirectory run = train("refit", false, List.of("data.split.test=0.2"), () -> false).run();
    SavedModel model = SavedModel.open(run);
    assertThat(model.refitted()).isTrue();
    assertThat(model.parts().validation()).isEmpty();
    assertThat(model.parts().test().orElseThrow().size()).isEqualTo(12);
    assertThat(model.parts().train().size()).isEqualTo(48);
    SavedModel fold = SavedModel.open(run.fold(1));
    assertThat(fold.refitted()).isFalse();
    assertThat(fold.parts().validation().orElseThrow().size()).isEqualTo(16);
    assertThat(fold.parts().test().orElseThrow().samples()).isEqualTo(model.parts().test().orElseThrow().samples());
    assertThat(Files.readString(run.fold(1).config())).contains("fold: 1");
  }

  @Test
  void aFoldAloneIsTheSameAsAmongAll() throws IOException {
    RunDirectory all = train("all", false, List.of(), () -> false).run();
    RunDirectory alone = train("alone", false, List.of("data.split.fold=2"), () -> false).run();
    assertThat(alone.best()).hasSameBinaryContentAs(all.fold(2).best());
    assertThat(alone.config()).hasSameTextualContentAs(all.fold(2).config());
    assertThat(alone.fold(0).exists()).isFalse();
  }

  @Test
  void eachFoldsPreprocessingIsFittedToItsOwnTrainingPart() throws IOException {
    RunDirectory run = train("fit", false, List.of("training.epochs=1"), () -> false).run();
    List<String> centers = Stream.of(run, run.fold(0), run.fold(1), run.fold(2))
        .map(r -> Arrays.toString(dlt.tensor.Safetensors.read(r.best()).get("preprocess.0.0.center").toDoubles())).toList();
    assertThat(centers).doesNotHaveDuplicates();
  }

  @Test
  void withoutRefitThereAreFoldsAndNoModelUntilItIsAskedFor() throws IOException {
    TrainingRun.Result r = train("norefit", false, List.of("data.split.refit=false", "data.split.test=0.1"), () -> false);
    assertThat(r.parity()).isEmpty();
    assertThat(r.test()).isPresent();
    assertThat(r.run().onnx()).doesNotExist();
    assertThatThrownBy(() -> SavedModel.open(r.run())).isInstanceOf(Failure.class).hasMessageContaining("refit: false").hasMessageContaining("folds/0");
    assertThat(SavedModel.open(r.run().fold(0)).weights()).isNotEmpty();
    assertThat(train("norefit", true, List.of("data.split.refit=true", "data.split.test=0.1"), () -> false).parity()).isPresent();
  }

  @Test
  void moreEpochsGoOnWithTheFoldsAndTheRefit() throws IOException {
    List<String> more = List.of("training.epochs=7", "training.early_stopping=null");
    train("more", false, List.of("training.early_stopping=null", "training.epochs=2"), () -> false);
    train("more", true, more, () -> false);
    train("seven", false, more, () -> false);
    Map<String, List<String>> seven = contents(folder.resolve("seven"));
    assertThat(contents(folder.resolve("more"))).isEqualTo(seven);
    // fewer than the refit has had: it begins anew
    Checkpoints.discardBeyond(new RunDirectory(folder.resolve("more")), 1);
    assertThat(folder.resolve("more/checkpoints/last.safetensors")).doesNotExist();
  }

  @Test
  void groupsAndTimesAndSharesRepeatedAreTrainedEach() throws IOException {
    TrainingRun.Result grouped = train("grouped", false, List.of("data.split.group=who", "training.epochs=1"), () -> false);
    assertThat(grouped.folds().orElseThrow().folds()).hasSize(3);
    assertThat(SavedModel.open(grouped.run()).assembly().schema().inputs().getFirst().columns()).hasSize(2);
    assertThat(SavedModel.open(grouped.run()).parts().train().size()).isEqualTo(SAMPLES);
    List<String> time = List.of("data.split={folds: 3, time: a}", "training.epochs=1");
    assertThat(Files.readAllLines(train("time", false, time, () -> false).run().outOfFold())).hasSize(1 + SAMPLES * 3 / 4);
    List<String> shares = List.of("data.split={validation: 0.25, repeats: 3}", "training.epochs=1");
    assertThat(Files.readAllLines(train("shares", false, shares, () -> false).run().outOfFold())).hasSize(1 + 3 * SAMPLES / 4);
  }

  @Test
  void aScheduleThatFollowsWhatTheRefitCannotMeasureIsRefusedAtOnce() throws IOException {
    String schedule = "schedule=[{reduce_on_plateau: {metric: accuracy}}]";
    assertThatThrownBy(() -> train("plateau", false, List.of(schedule), () -> false)).isInstanceOf(ConfigException.class)
        .hasMessageContaining("the last training, on all samples of the folds, has no validation part").hasMessageContaining("refit: false");
    assertThat(train("plateau", false, List.of(schedule, "data.split.refit=false", "training.epochs=1"), () -> false).stopped()).isFalse();
  }

  private TrainingRun.Result train(String name, boolean resume, List<String> overrides, BooleanSupplier stop) throws IOException {
    Path file = Files.writeString(folder.resolve("exp.yaml"), EXPERIMENT);
    Trainings trainings = Trainings.open(ExperimentFile.read(file, overrides));
    try (CpuBackend backend = CpuBackend.open(1)) {
      return new TrainingRun(trainings, backend, new RunDirectory(folder.resolve(name)), new Silent()).train(resume, "test", stop);
    }
  }

  /// What the files of a run hold, without the times in them.
  private static Map<String, List<String>> contents(Path run) throws IOException {
    Map<String, List<String>> r = new TreeMap<>();
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(f -> Files.isRegularFile(f) && !f.endsWith("manifest.json") && !f.endsWith(".lock")).toList()) {
        List<String> lines = file.toString().endsWith(".jsonl") || file.toString().endsWith(".yaml")
            ? Files.readAllLines(file).stream().map(l -> l.replaceAll("\"(seconds|waiting|samples_per_second)\":[^,}]+", "")).toList()
            : List.of(Manifest.sha256(file));
        r.put(run.relativize(file).toString(), lines);
      }
    }
    return r;
  }
}
