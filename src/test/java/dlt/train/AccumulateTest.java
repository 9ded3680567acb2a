package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.config.ConfigException;
import dlt.tensor.HostTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Several batches of one update are what one larger batch is.
class AccumulateTest {
  private static final String EXPERIMENT = """
      name: accumulate
      seed: 3
      data: {train: {synthetic: {samples: 53, shape: [6], classes: 3}}, split: none}
      model: {layers: [{linear: 8}, tanh, {linear: 3}]}
      loss: cross_entropy
      optimizer: {adam: {lr: 1e-2, groups: [{match: '0\\..*', lr: 1e-3}]}}
      schedule: [{linear: {start_factor: 0.1, steps: 3}}, {cosine: {steps: 5}}]
      training: {batch_size: 16, epochs: 3, log_every: 1, gradient_clip: {norm: 0.2}}
      """;

  @TempDir Path folder;

  /// 53 samples: updates of 16, 16, 16 and 5; as batches of 4, of which the last is of one.
  @Test
  void groupsOfBatchesTrainAsOneLargerBatchDoes() throws IOException {
    SmallRun whole = SmallRun.of(folder, "whole", EXPERIMENT);
    SmallRun parts = SmallRun.of(folder, "parts", EXPERIMENT, "training.batch_size=4", "training.accumulate=4");
    same(parts.best(), whole.best());
    List<String> expected = Files.readAllLines(whole.result().run().metrics());
    List<String> found = Files.readAllLines(parts.result().run().metrics());
    assertThat(found).hasSameSizeAs(expected);
    assertThat(found.getFirst().replaceAll("\"loss\":[^,]*", "")).isEqualTo(expected.getFirst().replaceAll("\"loss\":[^,]*", ""));
    assertThat(parts.stepLosses()).hasSize(3 * 14);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 7, 1000})
  void aGroupEndsWithItsEpoch(int accumulate) throws IOException {
    SmallRun all = SmallRun.of(folder, "all", EXPERIMENT, "training.batch_size=all", "schedule=[]");
    SmallRun parts = SmallRun.of(folder, "parts", EXPERIMENT, "training.batch_size=16", "training.accumulate=" + accumulate, "schedule=[]");
    same(parts.best(), all.best());
  }

  private static void same(Map<String, HostTensor> found, Map<String, HostTensor> expected) {
    expected.forEach((name, t) -> {
      assertThat(found).containsKey(name);
      for (long i = 0; i < t.size(); i++) {
        assertThat(found.get(name).at(i)).as(name).isCloseTo(t.at(i), within(1e-6));
      }
    });
  }

  @Test
  void lbfgsTakesNoGroups() {
    assertThatThrownBy(() -> SmallRun.of(folder, "lbfgs", EXPERIMENT, "optimizer=lbfgs", "training.accumulate=2"))
        .isInstanceOf(ConfigException.class).hasMessageContaining("batch_size: all");
  }
}
