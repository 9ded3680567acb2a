package dlt.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.config.Binder;
import dlt.config.ConfigException;
import dlt.config.Invalid;
import dlt.config.YamlNode;
import dlt.config.YamlWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearningRateTest {
  record File(List<Phase> schedule) {}

  private static List<Phase> phases(String yaml) {
    return Binder.bind(YamlNode.parse("schedule: " + yaml, Path.of("test")), File.class).value().schedule();
  }

  private static LearningRate rate(String yaml, int stepsPerEpoch, int epochs) {
    return new LearningRate(phases(yaml), stepsPerEpoch, epochs);
  }

  @Test
  void withoutPhasesItIsConstant() {
    assertThat(rate("[]", 10, 3).at(17, 0.5)).isEqualTo(0.5);
  }

  @Test
  void phasesFollowOneAnotherAndTheLastFillsTheRest() {
    LearningRate r = rate("[{linear: {start_factor: 0.1, epochs: 1}}, cosine]", 10, 5);
    assertThat(r.at(1, 1)).isCloseTo(0.1, within(1e-15));
    assertThat(r.at(6, 1)).isCloseTo(0.55, within(1e-15));
    assertThat(r.at(11, 1)).isEqualTo(1);
    assertThat(r.at(31, 1)).isCloseTo(0.5, within(1e-15));
    assertThat(r.at(50, 1)).isCloseTo((1 + Math.cos(Math.PI * 39 / 40)) / 2, within(1e-15));
  }

  @Test
  void lengthsInStepsAndInEpochsMayFollowOneAnother() {
    LearningRate r = rate("[{linear: {start_factor: 0, steps: 5}}, {step: {step_size: 2, gamma: 0.5, epochs: 3}}]", 10, 4);
    assertThat(r.at(3, 1)).isCloseTo(0.4, within(1e-15));
    assertThat(r.at(6, 1)).isEqualTo(1);
    assertThat(r.at(25, 1)).isEqualTo(1);
    assertThat(r.at(26, 1)).isEqualTo(0.5);
    assertThat(r.at(40, 1)).isEqualTo(0.5);
  }

  @Test
  void aConstantScheduleIsConstant() {
    assertThat(rate("constant", 10, 2).at(20, 0.3)).isEqualTo(0.3);
  }

  @Test
  void milestonesCountEpochs() {
    LearningRate r = rate("{multi_step: [2, 3]}", 4, 5);
    assertThat(r.at(8, 1)).isEqualTo(1);
    assertThat(r.at(9, 1)).isCloseTo(0.1, within(1e-15));
    assertThat(r.at(13, 1)).isCloseTo(0.01, within(1e-15));
  }

  @Test
  void oneCycleFillsTheTraining() {
    LearningRate r = rate("one_cycle", 10, 10);
    assertThat(r.at(1, 1)).isCloseTo(1 / 25.0, within(1e-15));
    assertThat(r.at(30, 1)).isCloseTo(1, within(1e-15));
    assertThat(r.at(100, 1)).isCloseTo(1 / 25.0 / 1e4, within(1e-15));
    assertThat(r.momentum(30).orElseThrow()).isCloseTo(0.85, within(1e-15));
    assertThat(rate("{one_cycle: {cycle_momentum: false}}", 10, 10).momentum(5)).isEmpty();
  }

  @Test
  void oneCycleOfFewStepsIsFinite() {
    for (int steps = 1; steps <= 12; steps++) {
      for (String more : List.of("pct_start: 0.1", "pct_start: 0", "pct_start: 1", "pct_start: 0.5, three_phase: true")) {
        LearningRate r = rate("{one_cycle: {" + more + "}}", steps, 1);
        for (int step = 1; step <= steps; step++) {
          assertThat(r.at(step, 1)).as("step %s of %s, %s", step, steps, more).isBetween(0.0, 1.0);
          assertThat(r.momentum(step).orElseThrow()).isBetween(0.85, 0.95);
        }
      }
    }
  }

  @Test
  void aPlateauLowersTheRateAndItsMemoryIsRestored() {
    String yaml = "{reduce_on_plateau: {factor: 0.5, patience: 1, mode: max, metric: accuracy}}";
    LearningRate r = rate(yaml, 2, 20);
    assertThat(r.metric()).contains("accuracy");
    double[] accuracy = {0.5, 0.6, 0.6, 0.6, 0.6, Double.NaN, 0.9};
    double[] expected = {1, 1, 1, 0.5, 0.5, 0.25, 0.25};
    for (int epoch = 1; epoch <= accuracy.length; epoch++) {
      r.epochEnded(2L * epoch, accuracy[epoch - 1]);
      assertThat(r.at(2L * epoch + 1, 1)).as("after epoch %s", epoch).isEqualTo(expected[epoch - 1]);
      assertThat(r.state().values()).allMatch(Double::isFinite);
      LearningRate next = rate(yaml, 2, 20);
      next.restore(r.state());
      r = next;
    }
  }

  @Test
  void theRateOfAPlateauStaysAboveItsLimit() {
    LearningRate r = rate("{reduce_on_plateau: {factor: 0.1, patience: 0, min_lr: 0.05}}", 1, 9);
    for (int epoch = 1; epoch < 9; epoch++) {
      r.epochEnded(epoch, 1);
    }
    assertThat(r.at(9, 1)).isEqualTo(0.05);
    assertThat(r.at(9, 0.01)).isEqualTo(0.01);
  }

  @Test
  void aTrainingMayEndWithinAPhase() {
    LearningRate whole = rate("[{cosine: {epochs: 8}}]", 10, 8);
    LearningRate shorter = rate("[{cosine: {epochs: 8}}]", 10, 3);
    assertThat(shorter.at(30, 1)).isEqualTo(whole.at(30, 1));
  }

  @Test
  void chainedSchedulesMultiplyTheirFactors() {
    LearningRate r = rate("[{chained: [{linear: {start_factor: 0.25, total_iters: 4}}, {exponential: 0.9}, {multi_step: [5]}]}]", 1, 8);
    for (int t = 0; t < 8; t++) {
      double expected = 0.2 * (0.25 + 0.75 * Math.min(t, 4) / 4) * Math.pow(0.9, t) * (t < 5 ? 1 : 0.1);
      assertThat(r.at(t + 1, 0.2)).as("epoch %s", t).isCloseTo(expected, within(1e-15));
    }
  }

  /// What torch.optim.lr_scheduler.ChainedScheduler of ConstantLR, PolynomialLR and CosineAnnealingLR does step by step.
  @Test
  void chainedSchedulesAreTheRecursionOfPyTorch() {
    LearningRate r = rate("{chained: {schedules: [{constant: {factor: 0.5, total_iters: 3}}, {polynomial: {power: 2}}, cosine], steps: 10}}", 10, 1);
    double expected = 0.3 * 0.5;
    assertThat(r.at(1, 0.3)).isCloseTo(expected, within(1e-15));
    for (int t = 1; t < 10; t++) {
      expected *= t == 3 ? 2 : 1;
      expected *= Math.pow((1 - t / 10.0) / (1 - (t - 1) / 10.0), 2);
      expected *= (1 + Math.cos(Math.PI * t / 10)) / (1 + Math.cos(Math.PI * (t - 1) / 10));
      assertThat(r.at(t + 1, 0.3)).as("step %s", t).isCloseTo(expected, within(1e-15));
    }
  }

  @Test
  void chainedSchedulesFollowAPhase() {
    LearningRate r = rate("[{linear: {start_factor: 0, epochs: 2}}, {chained: [{step: {step_size: 2, gamma: 0.5}}, {exponential: 0.5}]}]", 3, 6);
    assertThat(r.at(7, 1)).isEqualTo(1);
    assertThat(r.at(13, 1)).isEqualTo(0.125);
  }

  @Test
  void onlyFactorsAreChained() {
    assertThat(phases("{chained: [{chained: [{exponential: 0.5}]}, {cosine: {t_max: 3}}]}")).hasSize(1);
    for (String other : List.of("one_cycle", "{cyclic: {max_lr: 1}}", "reduce_on_plateau", "{cosine: {eta_min: 0.1}}", "{cosine_warm_restarts: 3}")) {
      assertThatThrownBy(() -> phases("{chained: [linear, " + other + "]}")).isInstanceOf(ConfigException.class)
          .hasMessageContaining("number 2").hasMessageContaining("cosine without eta_min");
    }
    assertThatThrownBy(() -> phases("{chained: []}")).isInstanceOf(ConfigException.class).hasMessageContaining("at least one");
  }

  @Test
  void phasesThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> rate("[{linear: {epochs: 6}}, {cosine: {epochs: 3}}]", 10, 5)).isInstanceOf(Invalid.class)
        .hasMessageContaining("after 60 steps");
    assertThatThrownBy(() -> rate("[{linear: {epochs: 5}}, cosine]", 10, 5)).isInstanceOf(Invalid.class)
        .hasMessageContaining("after 50 steps");
    assertThatThrownBy(() -> rate("[linear, cosine]", 10, 5)).isInstanceOf(Invalid.class)
        .hasMessageContaining("no length of phase 1");
    assertThatThrownBy(() -> rate("[{reduce_on_plateau: {epochs: 1}}, reduce_on_plateau]", 10, 5)).isInstanceOf(Invalid.class);
    assertThatThrownBy(() -> phases("{cosine: {epochs: 3, steps: 5}}")).isInstanceOf(ConfigException.class)
        .hasMessageContaining("one of them");
  }

  @Test
  void whatIsWrittenBackBindsToTheSame() {
    File file = new File(phases("[{linear: {epochs: 0.5}}, {one_cycle: {max_lr: 0.3, steps: 7}}, {cosine_warm_restarts: 2}, "
        + "{chained: {schedules: [{constant: 0.5}, {step: 2}], epochs: 1, unit: steps}}, {reduce_on_plateau: {threshold_mode: abs}}]"));
    assertThat(phases(YamlWriter.write(file).replaceFirst("schedule:", ""))).isEqualTo(file.schedule());
  }
}
