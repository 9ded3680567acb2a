package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.config.ConfigException;
import dlt.tensor.HostTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Averages of weights, against the weights that the same training goes through without them. An epoch is one update.
class AverageTest {
  private static final int EPOCHS = 4;
  private static final String EXPERIMENT = """
      name: average
      seed: 5
      data: {train: {synthetic: {samples: 40, shape: [6], classes: 3}}, split: none}
      model: {layers: [batch_norm, {linear: 8}, batch_norm, relu, {linear: 3}]}
      loss: cross_entropy
      optimizer: {sgd: {lr: 0.5, momentum: 0.9}}
      training: {batch_size: all, epochs: 4}
      """;

  @TempDir Path folder;
  private final List<Map<String, HostTensor>> path = new ArrayList<>();

  @BeforeEach
  void weightsAfterEachEpoch() throws IOException {
    for (int epochs = 1; epochs <= EPOCHS; epochs++) {
      path.add(SmallRun.of(folder, "plain" + epochs, EXPERIMENT, "training.epochs=" + epochs).last());
    }
  }

  @Test
  void emaMovesTowardsTheWeightsAtEachUpdateFromACopyOfTheFirst() throws IOException {
    Map<String, HostTensor> found = SmallRun.of(folder, "ema", EXPERIMENT, "training.average={ema: {decay: 0.75}}").best();
    check(found, "1.weight", new double[] {27 / 64.0, 9 / 64.0, 12 / 64.0, 16 / 64.0});
    check(found, "4.bias", new double[] {27 / 64.0, 9 / 64.0, 12 / 64.0, 16 / 64.0});
  }

  @Test
  void swaIsTheMeanOfTheEpochsFromItsStartOn() throws IOException {
    Map<String, HostTensor> found = SmallRun.of(folder, "swa", EXPERIMENT, "training.average={swa: {start: 2}}").best();
    check(found, "1.weight", new double[] {0, 1 / 3.0, 1 / 3.0, 1 / 3.0});
    check(found, "0.bias", new double[] {0, 1 / 3.0, 1 / 3.0, 1 / 3.0});
  }

  @Test
  void beforeItsStartSwaIsTheWeightsThemselves() throws IOException {
    Map<String, HostTensor> found =
        SmallRun.of(folder, "early", EXPERIMENT, "training.average={swa: {start: 4}}", "training.epochs=4").best();
    check(found, "1.weight", new double[] {0, 0, 0, 1});
  }

  @Test
  void theTrainingItselfIsTheSameWithAnAverage() throws IOException {
    Map<String, HostTensor> found = SmallRun.of(folder, "trained", EXPERIMENT, "training.average=ema").last();
    path.getLast().forEach((name, t) -> assertThat(found.get(name).toDoubles()).as(name).isEqualTo(t.toDoubles()));
  }

  /// The first batch norm sees the data alone: its statistics over a pass are the data's, not a moving average.
  @Test
  void statisticsAreThoseOfOnePassWithTheAveragedWeights() throws IOException {
    Map<String, HostTensor> found = SmallRun.of(folder, "statistics", EXPERIMENT, "training.average={swa: {start: 2}}").best();
    HostTensor once = path.getFirst().get("0.running_mean");
    for (long i = 0; i < once.size(); i++) {
      assertThat(found.get("0.running_mean").at(i)).isCloseTo(once.at(i) / 0.1, within(1e-5));
      assertThat(found.get("0.running_var").at(i)).isCloseTo((path.getFirst().get("0.running_var").at(i) - 0.9) / 0.1, within(1e-5));
    }
    assertThat(found.get("0.num_batches_tracked").longAt(0)).isEqualTo(1);
    assertThat(found.get("2.running_mean").toDoubles()).isNotEqualTo(path.getLast().get("2.running_mean").toDoubles());
  }

  @Test
  void statisticsOfSeveralBatchesAreTheirPlainMean() throws IOException {
    String[] batches = {"training.batch_size=10", "training.shuffle=false", "training.epochs=1"};
    Map<String, HostTensor> whole = SmallRun.of(folder, "one", EXPERIMENT, "training.average=ema", "training.epochs=1").best();
    Map<String, HostTensor> found = SmallRun.of(folder, "four", EXPERIMENT, batches[0], batches[1], batches[2], "training.average=ema").best();
    assertThat(found.get("0.num_batches_tracked").longAt(0)).isEqualTo(4);
    for (long i = 0; i < 6; i++) {
      assertThat(found.get("0.running_mean").at(i)).isCloseTo(whole.get("0.running_mean").at(i), within(1e-5));
    }
  }

  @Test
  void buffersAreAveragedWhereTheExperimentSaysSo() throws IOException {
    Map<String, HostTensor> found =
        SmallRun.of(folder, "buffers", EXPERIMENT, "training.average={swa: {start: 2, use_buffers: true}}").best();
    check(found, "2.running_var", new double[] {0, 1 / 3.0, 1 / 3.0, 1 / 3.0});
    assertThat(found.get("2.num_batches_tracked").longAt(0)).isEqualTo(EPOCHS);
  }

  @Test
  void validationIsOfTheAverageThatIsExported() throws IOException {
    SmallRun run = SmallRun.of(folder, "validated", EXPERIMENT, "training.average={ema: {decay: 0.9}}", "data.split={validation: 0.3}");
    SavedModel saved = SavedModel.open(run.result().run());
    try (dlt.backend.Backend backend = new dlt.backend.reference.ReferenceBackend()) {
      assertThat(saved.scores(backend, saved.parts().validation().orElseThrow()).loss())
          .isCloseTo(run.result().validation().orElseThrow().loss(), within(1e-6));
    }
  }

  @Test
  void aStartAfterTheLastEpochIsRefused() {
    assertThatThrownBy(() -> SmallRun.of(folder, "late", EXPERIMENT, "training.average={swa: {start: 5}}"))
        .isInstanceOf(ConfigException.class).hasMessageContaining("4 epochs");
  }

  /// That `name` is the sum of the weights after each epoch with these factors.
  private void check(Map<String, HostTensor> found, String name, double[] factors) {
    for (long i = 0; i < found.get(name).size(); i++) {
      double expected = 0;
      for (int e = 0; e < EPOCHS; e++) {
        expected += factors[e] * path.get(e).get(name).at(i);
      }
      assertThat(found.get(name).at(i)).as(name).isCloseTo(expected, within(1e-6));
    }
  }
}
