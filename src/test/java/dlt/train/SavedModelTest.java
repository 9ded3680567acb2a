package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Backend;
import dlt.backend.reference.ReferenceBackend;
import dlt.error.Failure;
import dlt.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SavedModelTest {
  @Test
  void weightsOfAnotherShapeThanTheConfigSaysAreNamed(@TempDir Path folder) throws IOException {
    RunDirectory run = SmallRun.of(folder, "run", """
        data: {train: {synthetic: {samples: 8, shape: [3], values: [1]}}, split: none}
        model: {layers: [{linear: 5}, {linear: 1}]}
        loss: mse
        optimizer: {sgd: {lr: 0.1}}
        training: {batch_size: 4, epochs: 1}
        """).result().run();
    Files.writeString(run.config(), Files.readString(run.config()).replace("out_features: 5", "out_features: 7"));
    assertThatThrownBy(() -> SavedModel.open(run)).isInstanceOfSatisfying(Failure.class, f -> assertThat(f.kind()).isEqualTo(Failure.Kind.DATA))
        .hasMessage(run.best() + ": does not belong to this experiment: 0.weight is [5, 3], expected [7, 3]");
  }

  /// The weights of the training part, whatever part or data are measured.
  @ParameterizedTest
  @ValueSource(strings = {"{cross_entropy: {class_weights: balanced}}|2", "{bce_with_logits: {pos_weight: balanced}}|1"})
  void theLossHasTheBalancedWeightsOfTheTraining(String lossAndOutputs, @TempDir Path folder) throws IOException {
    StringBuilder rows = new StringBuilder("x,y\n");
    for (int i = 0; i < 60; i++) {
      rows.append(i * 7 % 60).append(',').append(i % 6 == 0 ? 1 : 0).append('\n');
    }
    Files.writeString(folder.resolve("t.csv"), rows);
    String[] p = lossAndOutputs.split("\\|");
    SmallRun small = SmallRun.of(folder, "run", """
        data: {train: {csv: {path: t.csv, target: y}}, split: {validation: 0.3, test: 0.2}, preprocess: [standardize]}
        model: {layers: [{linear: %s}]}
        loss: %s
        optimizer: {sgd: {lr: 0.1}}
        training: {batch_size: 16, epochs: 3}
        """.formatted(p[1], p[0]));
    SavedModel saved = SavedModel.open(small.result().run());
    try (Backend backend = new ReferenceBackend()) {
      assertThat(saved.scores(backend, saved.parts().test().orElseThrow()).loss()).isCloseTo(small.result().test().orElseThrow().loss(), within(1e-6));
    }
  }
}
