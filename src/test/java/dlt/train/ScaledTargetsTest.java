package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Backend;
import dlt.backend.reference.ReferenceBackend;
import dlt.config.ConfigException;
import dlt.error.Failure;
import dlt.tensor.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `data.preprocess_targets`: losses see the rescaled target, everybody else the target's own units.
class ScaledTargetsTest {
  private static final double MEAN = 20_000, STD = 4096;
  private static final String EXPERIMENT = """
      name: prices
      seed: 5
      data: {train: {csv: {path: prices.csv, target: [low, high]}}, split: {validation: 0.25}}
      model: {layers: [{linear: 6}, tanh, {linear: 2}]}
      loss: mse
      optimizer: {adam: {lr: 1e-2}}
      training: {batch_size: 8, epochs: 6}
      metrics: [mae, r2]
      """;
  private static final String NORMALIZE = "data.preprocess_targets=[{normalize: {mean: 20000, std: 4096}}]";

  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    Random random = new Random(1);
    List<String> own = new ArrayList<>(List.of("a,b,low,high"));
    List<String> scaled = new ArrayList<>(List.of("a,b,low,high"));
    for (int i = 0; i < 40; i++) {
      double a = random.nextGaussian();
      double b = random.nextGaussian();
      long low = Math.round(MEAN + STD * (a - b));
      long high = Math.round(MEAN + STD * (a + b));
      own.add(a + "," + b + "," + low + "," + high);
      scaled.add(a + "," + b + "," + (low - MEAN) / STD + "," + (high - MEAN) / STD);
    }
    Files.write(folder.resolve("prices.csv"), own);
    Files.write(folder.resolve("scaled.csv"), scaled);
  }

  @Test
  void logarithmsOfTargetsAreLearnedAndTakenBack() throws IOException {
    logarithms(true, "data.preprocess_targets=[log: 1]", "metrics=[mape, rmsle]");
  }

  @Test
  void logarithmsOfSomeTargetsLeaveTheOthers() throws IOException {
    logarithms(false, "data.preprocess_targets=[{log: {offset: 1, columns: [low]}}]", "metrics=[mape]");
  }

  /// Compares `overrides` with a training on logarithms in a file, of `both` columns or of the first.
  private void logarithms(boolean both, String... overrides) throws IOException {
    List<String> logs = new ArrayList<>(List.of("a,b,low,high"));
    for (String line : Files.readAllLines(folder.resolve("prices.csv")).subList(1, 41)) {
      String[] v = line.split(",");
      logs.add(v[0] + "," + v[1] + "," + Math.log(Double.parseDouble(v[2]) + 1) + "," + (both ? Math.log(Double.parseDouble(v[3]) + 1) : Double.parseDouble(v[3])));
    }
    Files.write(folder.resolve("logs.csv"), logs);
    SmallRun byHand = SmallRun.of(folder, "by-hand", EXPERIMENT, "data.train.csv.path=logs.csv");
    SmallRun own = SmallRun.of(folder, "own", EXPERIMENT, overrides);
    byHand.best().forEach((name, t) -> {
      for (long i = 0; i < t.size(); i++) {
        assertThat(own.best().get(name).at(i)).as(name).isCloseTo(t.at(i), within(1e-5));
      }
    });
    if (both) {
      assertThat(own.result().validation().orElseThrow().value("rmsle")).isCloseTo(Math.sqrt(byHand.result().validation().orElseThrow().loss()), within(1e-4));
    }
    List<HostTensor> expected = predictions(byHand);
    List<HostTensor> found = predictions(own);
    for (int i = 0; i < found.size(); i++) {
      for (long j = 0; j < found.get(i).size(); j++) {
        double price = both || j % 2 == 0 ? Math.exp(expected.get(i).at(j)) - 1 : expected.get(i).at(j);
        assertThat(found.get(i).at(j)).isCloseTo(price, within(1e-4 * Math.abs(price) + 1e-4));
      }
    }
  }

  @Test
  void targetsWithoutALogarithmAreNamed() {
    assertThatThrownBy(() -> SmallRun.of(folder, "own", EXPERIMENT, "data.preprocess_targets=[log: -1e9]")).isInstanceOf(Failure.class)
        .hasMessageContaining("prices.csv:").hasMessageContaining("'low'").hasMessageContaining("larger offset");
  }

  @ParameterizedTest
  @ValueSource(strings = {"mse", "l1", "smooth_l1", "huber"})
  void trainsAsOnTargetsThatWereScaledByHand(String loss) throws IOException {
    SmallRun byHand = SmallRun.of(folder, "by-hand", EXPERIMENT, "data.train.csv.path=scaled.csv", "loss=" + loss);
    SmallRun scaled = SmallRun.of(folder, "scaled", EXPERIMENT, NORMALIZE, "loss=" + loss);
    byHand.best().forEach((name, t) -> {
      for (long i = 0; i < t.size(); i++) {
        assertThat(scaled.best().get(name).at(i)).as(name).isCloseTo(t.at(i), within(1e-6));
      }
    });
    Scores expected = byHand.result().validation().orElseThrow();
    Scores found = scaled.result().validation().orElseThrow();
    assertThat(found.loss()).isCloseTo(expected.loss(), within(1e-6));
    assertThat(found.value("mae")).isCloseTo(expected.value("mae") * STD, within(0.05));
    assertThat(found.value("r2")).isCloseTo(expected.value("r2"), within(1e-5));
    List<HostTensor> shifted = predictions(byHand);
    List<HostTensor> own = predictions(scaled);
    for (int i = 0; i < own.size(); i++) {
      for (long j = 0; j < own.get(i).size(); j++) {
        assertThat(own.get(i).at(j)).isCloseTo(shifted.get(i).at(j) * STD + MEAN, within(0.05));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"[standardize]", "[min_max]", "[{scale: 1e-3}, {standardize: global}]"})
  void aRunThatIsReadAgainKnowsTheScale(String steps) throws IOException {
    SmallRun run = SmallRun.of(folder, "run", EXPERIMENT, "data.preprocess_targets=" + steps, "training.epochs=40", "optimizer.adam.lr=3e-2");
    Scores validation = run.result().validation().orElseThrow();
    assertThat(validation.value("r2")).isGreaterThan(0.8);
    SavedModel model = SavedModel.open(run.result().run());
    try (Backend backend = new ReferenceBackend()) {
      Scores again = model.scores(backend, model.parts().validation().orElseThrow());
      assertThat(again.loss()).isCloseTo(validation.loss(), within(1e-6)); // the weights are stored as float32
      assertThat(again.value("mae")).isCloseTo(validation.value("mae"), within(0.01));
      assertThat(model.export(backend, folder.resolve("again.onnx")).maxAbsolute()).isLessThan(0.1);
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "loss=poisson_nll | no loss compares a prediction with a target that is a number: found poisson_nll",
      "loss=[mse, poisson_nll] | takes an output that another loss compares with the preprocessed target",
      "data.preprocess_targets=[impute] | found impute, expected scale, standardize, min_max, normalize or log"})
  void whatCannotBeScaledBackIsRefused(String override, String message) {
    assertThatThrownBy(() -> SmallRun.of(folder, "refused", EXPERIMENT, NORMALIZE, override))
        .isInstanceOf(ConfigException.class).hasMessageContaining(message);
  }

  @Test
  void aLossOfItsOwnOutputSeesItsOwnTarget() throws IOException {
    SmallRun run = SmallRun.of(folder, "two", """
        name: two
        data: {train: {csv: {path: prices.csv, target: [low, high]}}, split: {validation: 0.25}}
        model:
          layers: [{linear: {out_features: 6, as: trunk}}, {linear: {out_features: 2, from: trunk, as: rate}}, {linear: {out_features: 2, from: trunk, as: number}}]
          outputs: [number, rate]
        loss: [{mse: {input: number}}, {poisson_nll: {input: rate, weight: 1e-6}}]
        optimizer: {adam: {lr: 1e-2}}
        training: {batch_size: 8, epochs: 2}
        """, "data.preprocess_targets=[standardize]");
    assertThat(run.result().validation().orElseThrow().value("mae")).isBetween(100.0, 10_000.0);
  }

  private static List<HostTensor> predictions(SmallRun run) {
    SavedModel model = SavedModel.open(run.result().run());
    List<HostTensor> r = new ArrayList<>();
    try (Backend backend = new ReferenceBackend(); Predictor predictor = new Predictor(model, backend)) {
      predictor.predict(model.parts().validation().orElseThrow(), outputs -> r.add(Map.copyOf(outputs).get("output")));
    }
    return r;
  }
}
