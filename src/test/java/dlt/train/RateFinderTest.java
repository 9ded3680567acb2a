package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Backend;
import dlt.backend.cpu.CpuBackend;
import dlt.config.ConfigException;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RateFinderTest {
  private static final String EXPERIMENT = """
      name: rates
      data: {train: {synthetic: {samples: 90, shape: [16], classes: 3}}, split: none}
      model: {layers: [{linear: 8}, relu, {linear: 3}]}
      loss: cross_entropy
      optimizer: {sgd: {lr: 1e-3}}
      training: {batch_size: all}
      """;

  @TempDir Path folder;

  private RateFinder.Result find(String... overrides) throws IOException {
    Path file = Files.writeString(folder.resolve("exp.yaml"), EXPERIMENT);
    try (Backend backend = CpuBackend.open(1);
        RateFinder finder = new RateFinder(Prepared.of(ExperimentFile.read(file, List.of(overrides))), backend)) {
      return finder.find();
    }
  }

  @Test
  void ratesGrowByAConstantFactorUntilTheEndOrTheExplosion() throws IOException {
    RateFinder.Result r = find();
    List<RateFinder.Point> p = r.points();
    assertThat(p).hasSizeBetween(60, RateFinder.UPDATES);
    assertThat(p.getFirst().lr()).isEqualTo(1e-7, within(1e-15));
    assertThat(p.get(50).lr() / p.get(49).lr()).isEqualTo(Math.pow(1e8, 1 / 99.0), within(1e-9));
    assertThat(p.getFirst().smoothed()).isEqualTo(p.getFirst().loss(), within(1e-12));
    assertThat(r.suggestion().orElseThrow()).isBetween(1e-3, 10.0);
  }

  @Test
  void theOptimizersOwnRateDoesNotMatterButItsRatioToThatOfGroupsDoes() throws IOException {
    assertThat(find("optimizer={sgd: {lr: 0.5}}").points()).isEqualTo(find().points());
    String group = "optimizer={sgd: {lr: %s, groups: [{match: '0\\..*', lr: %s}]}}";
    assertThat(find(group.formatted("0.5", "0.05")).points()).isEqualTo(find(group.formatted("0.1", "0.01")).points());
    assertThat(find(group.formatted("0.5", "0.05")).points()).isNotEqualTo(find().points());
  }

  @Test
  void batchesOfAGroupAreOnePoint() throws IOException {
    List<RateFinder.Point> whole = find("training.batch_size=32", "training.shuffle=false").points();
    List<RateFinder.Point> parts = find("training.batch_size=16", "training.shuffle=false", "training.accumulate=2").points();
    assertThat(parts.get(2).loss()).isEqualTo(whole.get(2).loss(), within(1e-5));
  }

  @Test
  void mixedTargetsAreProbabilitiesAsInTraining() throws IOException {
    assertThat(find("data.augment=[mixup]").points()).hasSizeGreaterThan(60);
  }

  @Test
  void theSuggestionIsWhereTheSmoothedLossFallsFastest() {
    List<RateFinder.Point> points = new ArrayList<>();
    for (int i = 0; i < RateFinder.UPDATES; i++) {
      points.add(new RateFinder.Point(i, 0, -Math.tanh((i - 60) / 5.0)));
    }
    assertThat(RateFinder.suggestion(points)).hasValue(60);
    assertThat(RateFinder.suggestion(points.reversed().stream().toList())).isEmpty();
    assertThat(RateFinder.suggestion(points.subList(0, 3))).isEmpty();
  }

  @Test
  void aLossBelowZeroIsNoExplosion() throws IOException {
    String gaussian = EXPERIMENT.replace("classes: 3", "values: [1]").replace("{linear: 3}]",
        "{linear: {out_features: 1, as: mean}}, {linear: {out_features: 1, from: mean}}, {softplus: {as: var}}], outputs: [mean, var]")
        .replace("cross_entropy", "gaussian_nll");
    Path file = Files.writeString(folder.resolve("g.yaml"), gaussian);
    try (Backend backend = CpuBackend.open(1); RateFinder finder = new RateFinder(Prepared.of(ExperimentFile.read(file, List.of())), backend)) {
      assertThat(finder.find().points()).hasSizeGreaterThan(60);
    }
  }

  @Test
  void optimizersWithoutARateAreRefused() {
    assertThatThrownBy(() -> find("optimizer=rprop")).isInstanceOf(ConfigException.class).hasMessageContaining("do not go by a learning rate");
    assertThatThrownBy(() -> find("optimizer={sgd: {lr: 0}}")).isInstanceOf(ConfigException.class).hasMessageContaining("ratio");
  }
}
