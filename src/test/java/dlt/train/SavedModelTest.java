package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import dlt.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
