package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which epoch is selected, and when a training ends because none is better.
class SelectionTest {
  /// The loss falls by the learning rate in each epoch: the distance of a bias from 10.
  private static final String FALLING = """
      data: {train: {csv: {path: data.csv, target: y}}, validation: {csv: {path: data.csv, target: y}}}
      model: {layers: [{linear: 1}]}
      loss: l1
      optimizer: {sgd: {lr: 0.1}}
      training: {batch_size: all, epochs: 12}
      """;

  @TempDir Path folder;

  @Test
  void smallImprovementsAddUpUntilTheyCount() throws IOException {
    Files.writeString(folder.resolve("data.csv"), "x,y\n0,10\n0,10\n");
    SmallRun added = SmallRun.of(folder, "added", FALLING, "training.early_stopping={patience: 2, min_delta: 0.15}");
    assertThat(added.result().ending()).isEqualTo(Ending.EPOCHS);
    SmallRun slow = SmallRun.of(folder, "slow", FALLING, "training.early_stopping={patience: 2, min_delta: 0.25}");
    assertThat(slow.result().ending()).isEqualTo(Ending.EARLY_STOPPING);
    assertThat(slow.result().epochs()).isEqualTo(3);
    assertThat(slow.result().bestEpoch()).as("the best is the best, however little better").isEqualTo(3);
  }

  @Test
  void aMetricWithoutAValueIsNothingToSelectBy() throws IOException {
    Files.writeString(folder.resolve("data.csv"), "x,y\n0,1\n1,0\n2,1\n");
    Files.writeString(folder.resolve("one.csv"), "x,y\n0,1\n2,1\n");
    assertThatThrownBy(() -> SmallRun.of(folder, "one", FALLING.replace("loss: l1", "loss: bce_with_logits"), "data.validation.csv.path=one.csv", "metrics=[roc_auc]",
        "select=roc_auc")).isInstanceOf(Failure.class).hasMessageContaining("epoch 1: roc_auc, which `select` names, has no value");
  }
}
