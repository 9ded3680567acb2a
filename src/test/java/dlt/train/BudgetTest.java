package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.backend.Backend;
import dlt.backend.cpu.CpuBackend;
import dlt.config.ConfigException;
import dlt.error.Failure;
import dlt.experiment.Bytes;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import dlt.experiment.Trainings;
import dlt.run.History;
import dlt.run.Manifest;
import dlt.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `training.budget`, on a clock that goes on by a second with each batch.
class BudgetTest {
  private static final String EXPERIMENT = """
      name: budget
      seed: 7
      data:
        train: {synthetic: {samples: 100, shape: [6], classes: 3}}
        split: {validation: 0.2}
      model:
        layers: [{linear: 16}, batch_norm, relu, {linear: 3}]
      loss: cross_entropy
      optimizer: {adam: {lr: 1e-2}}
      training: {batch_size: 16, epochs: 6}
      """;
  private static final int BATCHES = 5;

  @TempDir Path folder;

  @Test
  void parametersThatNoMemoryHoldsAreRefusedBeforeTheyAreMade() throws IOException {
    Path file = Files.writeString(folder.resolve("large.yaml"), """
        data: {train: {synthetic: {samples: 8, shape: [50], classes: 3}}, split: none}
        model: {layers: [{linear: 2000000000}, {linear: 3}]}
        loss: cross_entropy
        optimizer: adam
        """);
    Prepared prepared = Trainings.open(ExperimentFile.read(file, List.of())).training(0);
    try (Backend backend = CpuBackend.open(1)) {
      assertThatThrownBy(() -> PlannedMemory.requireFits(prepared, backend)).isInstanceOf(Failure.class)
          .hasMessageContaining("out of memory: the weights, their gradients").hasMessageContaining("take a smaller model");
    }
  }

  @Test
  void whenTheMinutesAreUsedUpTheBestEpochSoFarIsExported() throws IOException {
    Clock clock = new Clock();
    TrainingRun.Result r = train("a", clock, false, minutes(2 * BATCHES + 2));
    assertThat(r.ending()).isEqualTo(Ending.BUDGET);
    assertThat(r.epochs()).isEqualTo(2);
    assertThat(r.run().onnx()).exists();
    assertThat(Manifest.read(r.run()).ended()).isEqualTo("budget");
    assertThat(clock.notes).anyMatch(n -> n.contains("training.budget.minutes") && n.contains("epoch 3"));
    assertThat(r.validation()).isPresent();
  }

  @Test
  void withinTheFirstEpochTheWeightsAreKeptAsTheyAre() throws IOException {
    for (String more : List.of("", "training.average={ema: {decay: 0.9}}", "data.split=none")) {
      Clock clock = new Clock();
      String name = "first" + more.length();
      TrainingRun.Result r = train(name, clock, false, minutes(3), more);
      assertThat(r.epochs()).isEqualTo(1);
      assertThat(r.bestEpoch()).isEqualTo(1);
      assertThat(clock.notes).anyMatch(n -> n.contains("3 of"));
      assertThat(r.run().onnx()).exists();
      assertThat(History.read(r.run()).epochs()).hasSize(1);
      SavedModel.open(r.run());
    }
  }

  @Test
  void aResumeKeepsTheTimeAlreadyUsedAndMoreMinutesEndInTheSameBytesAsNoBudget() throws IOException {
    train("whole", new Clock(), false);
    Clock begun = new Clock();
    train("limited", begun, false, minutes(3));
    assertThat(begun.left).containsExactly(3.0);
    Clock resumed = new Clock();
    assertThat(train("limited", resumed, true, minutes(4)).epochs()).isEqualTo(1);
    assertThat(resumed.left).containsExactly(1.0);
    TrainingRun.Result more = train("limited", new Clock(), true, minutes(BATCHES + 4));
    assertThat(more.ending()).isEqualTo(Ending.BUDGET);
    assertThat(more.epochs()).isEqualTo(1);
    TrainingRun.Result all = train("limited", new Clock(), true, minutes(1000));
    assertThat(all.ending()).isEqualTo(Ending.EPOCHS);
    RunDirectory whole = new RunDirectory(folder.resolve("whole"));
    assertThat(all.run().last()).hasSameBinaryContentAs(whole.last());
    assertThat(all.run().best()).hasSameBinaryContentAs(whole.best());
    assertThat(History.read(all.run()).epochs()).hasSize(6);
  }

  @Test
  void foldsAndTheRefitHaveEqualShares() throws IOException {
    TrainingRun.Result r = train("folds", new Clock(), false, minutes(3 * (BATCHES + 4)), "data.split={folds: 2}");
    assertThat(r.ending()).isEqualTo(Ending.BUDGET);
    assertThat(r.folds().orElseThrow().folds()).allMatch(f -> f.ending() == Ending.BUDGET && f.epochs() <= 3);
    assertThat(r.run().onnx()).exists();
    TrainingRun.Result again = train("folds", new Clock(), true, minutes(3 * (BATCHES + 4)), "data.split={folds: 2}");
    assertThat(again.folds().orElseThrow().mean()).isEqualTo(r.folds().orElseThrow().mean());
  }

  @ParameterizedTest
  @ValueSource(strings = {"training.accumulate=1", "training.accumulate=2"})
  void aTrainingOverTheMemoryIsRefusedWithTheLargestBatchThatFits(String accumulate) throws IOException {
    try (Backend backend = CpuBackend.open(1)) {
      Prepared prepared = prepared("training.budget={memory: 1TB}", accumulate, "training.batch_size=64");
      PlannedMemory.requireWithinBudget(prepared, backend);
      PlannedMemory planned = new PlannedMemory(prepared.assembly(), backend);
      long limit = planned.bytes(20);
      assertThat(planned.bytes(64)).isGreaterThan(limit);
      assertThatThrownBy(() -> PlannedMemory.requireWithinBudget(prepared("training.budget={memory: " + limit + "}", accumulate, "training.batch_size=64"), backend))
          .isInstanceOf(ConfigException.class).hasMessageContaining(planned.bytes(64) + " bytes").hasMessageContaining(limit + " bytes")
          .satisfies(e -> {
            int fits = Integer.parseInt(e.getMessage().replaceAll("(?s).*batch_size: (\\d+) is the largest.*", "$1"));
            assertThat(fits).isBetween(20, 63);
            assertThat(planned.bytes(fits)).isLessThanOrEqualTo(limit);
            assertThat(planned.bytes(fits + 1)).isGreaterThan(limit);
          });
      assertThatThrownBy(() -> PlannedMemory.requireWithinBudget(prepared("training.budget={memory: 100B}", accumulate), backend))
          .hasMessageContaining("not even the smallest batch");
    }
  }

  @ParameterizedTest
  @CsvSource({"4GiB, 4294967296, 4GiB", "512MiB, 536870912, 512MiB", "1.5GiB, 1610612736, 1536MiB", "2GB, 2000000000, 2GB", "1000, 1000, 1kB", "1 mib, 1048576, 1MiB",
      "7B, 7, 7B"})
  void sizesAreReadAndWritten(String text, long bytes, String written) {
    assertThat(Bytes.parse(text).count()).isEqualTo(bytes);
    assertThat(new Bytes(bytes).text()).contains(written);
    assertThat(Bytes.parse(written)).isEqualTo(new Bytes(bytes));
  }

  @Test
  void aBudgetThatIsNoneIsNamedInTheFile() {
    for (String wrong : List.of("{memory: lots}", "{memory: 0}", "{memory: -1GiB}", "{memory: 9e9TiB}", "{minutes: 0}", "{}")) {
      assertThatThrownBy(() -> prepared("training.budget=" + wrong)).as(wrong).isInstanceOf(ConfigException.class).hasMessageContaining("budget");
    }
  }

  private static String minutes(int batches) {
    return "training.budget={minutes: " + batches / 60.0 + "}";
  }

  private Prepared prepared(String... overrides) throws IOException {
    return Prepared.of(file(overrides));
  }

  private ExperimentFile file(String... overrides) throws IOException {
    return ExperimentFile.read(Files.writeString(folder.resolve("exp.yaml"), EXPERIMENT), Arrays.stream(overrides).filter(o -> !o.isEmpty()).toList());
  }

  private TrainingRun.Result train(String name, Clock clock, boolean resume, String... overrides) throws IOException {
    try (CpuBackend backend = CpuBackend.open(1)) {
      return new TrainingRun(Trainings.open(file(overrides)), backend, new RunDirectory(folder.resolve(name)), clock, () -> clock.seconds * 1_000_000_000L)
          .train(resume, "test", () -> false);
    }
  }

  private static final class Clock extends Silent {
    private final List<String> notes = new ArrayList<>();
    private final List<Double> left = new ArrayList<>();
    private long seconds;

    @Override
    public void begins(OptionalDouble secondsLeft) {
      secondsLeft.ifPresent(left::add);
    }

    @Override
    public void step(int epoch, int epochs, int batch, int batches, int samples, double loss) {
      seconds++;
    }

    @Override
    public void note(String text) {
      notes.add(text);
    }
  }
}
