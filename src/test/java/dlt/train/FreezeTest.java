package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.config.ConfigException;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Parameters and statistics that stay, parameters with rates of their own, and models that are not trained at all.
class FreezeTest {
  private static final String EXPERIMENT = """
      name: freeze
      seed: 2
      data: {train: {synthetic: {samples: 40, shape: [6], classes: 3}}, split: {validation: 0.25}}
      model:
        layers: [{sequential: {as: trunk, layers: [{linear: 8}, batch_norm, relu]}}, {linear: {out_features: 3, as: head}}]
      loss: cross_entropy
      optimizer: {sgd: {lr: 0.1}}
      training: {batch_size: all, epochs: 1}
      """;

  @TempDir Path folder;

  private Map<String, HostTensor> trained(String name, String... overrides) throws IOException {
    return SmallRun.of(folder, name, EXPERIMENT, overrides).last();
  }

  private static boolean same(Map<String, HostTensor> a, Map<String, HostTensor> b, String name) {
    return java.util.Arrays.equals(a.get(name).toDoubles(), b.get(name).toDoubles());
  }

  @Test
  void aPatternStopsParametersAndStatisticsThatItMatches() throws IOException {
    Map<String, HostTensor> before = trained("before", "training.epochs=0");
    Map<String, HostTensor> after = trained("frozen", "model.freeze=['trunk\\..*']");
    for (String name : new String[] {"trunk.0.weight", "trunk.0.bias", "trunk.1.weight", "trunk.1.bias", "trunk.1.running_mean", "trunk.1.running_var"}) {
      assertThat(same(before, after, name)).as(name).isTrue();
    }
    assertThat(after.get("trunk.1.num_batches_tracked").longAt(0)).isZero();
    assertThat(same(before, after, "head.weight")).isFalse();
  }

  @Test
  void statisticsGoOnAsInPyTorchWhereTheExperimentSaysSo() throws IOException {
    Map<String, HostTensor> before = trained("before", "training.epochs=0");
    Map<String, HostTensor> after = trained("frozen", "model.freeze=['trunk\\..*']", "model.freeze_statistics=false");
    assertThat(same(before, after, "trunk.1.weight")).isTrue();
    assertThat(same(before, after, "trunk.1.running_mean")).isFalse();
    assertThat(after.get("trunk.1.num_batches_tracked").longAt(0)).isEqualTo(1);
  }

  @Test
  void groupsHaveRatesOfTheirOwn() throws IOException {
    Map<String, HostTensor> before = trained("before", "training.epochs=0");
    Map<String, HostTensor> all = trained("all");
    Map<String, HostTensor> slow = trained("slow", "optimizer={sgd: {lr: 0.1, groups: [{match: 'trunk\\..*', lr: 0.01}]}}");
    for (long i = 0; i < 48; i++) {
      double from = before.get("trunk.0.weight").at(i);
      assertThat(slow.get("trunk.0.weight").at(i) - from).isCloseTo(0.1 * (all.get("trunk.0.weight").at(i) - from), within(1e-7));
    }
    assertThat(same(all, slow, "head.weight")).isTrue();
  }

  @Test
  void nothingToTrainIsRefusedWithTheWayOut() {
    assertThatThrownBy(() -> trained("all", "model.freeze=['.*']")).isInstanceOf(ConfigException.class)
        .hasMessageContaining("every parameter is frozen").hasMessageContaining("training.epochs: 0");
  }

  @Test
  void noEpochsMeasureAndExportTheWeightsAsTheyAre() throws IOException {
    SmallRun source = SmallRun.of(folder, "source", EXPERIMENT, "training.epochs=3");
    Path weights = folder.resolve("weights.safetensors");
    Map<String, HostTensor> best = source.best();
    best.keySet().removeIf(n -> n.startsWith("preprocess."));
    try (var out = Files.newOutputStream(weights)) {
      Safetensors.write(out, new java.util.LinkedHashMap<>(best), Map.of());
    }
    SmallRun run = SmallRun.of(folder, "export", EXPERIMENT, "training.epochs=0", "model.freeze=['.*']", "model.init={weights: weights.safetensors}",
        "training.average=ema", "schedule=[{cosine: {epochs: 3}}, constant]");
    assertThat(run.stepLosses()).isEmpty();
    assertThat(run.result().epochs()).isZero();
    assertThat(run.result().run().onnx()).exists();
    assertThat(run.result().validation().orElseThrow().loss()).isEqualTo(source.result().validation().orElseThrow().loss(), within(1e-6));
    assertThat(same(run.best(), best, "head.weight")).isTrue();
  }
}
