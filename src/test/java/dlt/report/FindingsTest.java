package dlt.report;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.cpu.CpuBackend;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Trainings;
import dlt.run.RunDirectory;
import dlt.train.SavedModel;
import dlt.train.Silent;
import dlt.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindingsTest {
  private static final Silent SILENT = new Silent();

  @TempDir Path folder;

  @Test
  void labelsAreCalledByTheColumnsThatTheyComeFrom() throws IOException {
    Files.writeString(folder.resolve("data.csv"), "x,rain,wind\n1,0,1\n2,1,1\n3,0,0\n4,1,0\n5,0,1\n6,1,1\n7,0,0\n8,1,0\n");
    Path file = Files.writeString(folder.resolve("labels.yaml"), """
        name: labels
        data: {train: {csv: {path: data.csv, target: [rain, wind]}}, split: none}
        model: {layers: [{linear: 2}]}
        loss: bce_with_logits
        optimizer: {sgd: {lr: 0.1}}
        training: {batch_size: 4, epochs: 1}
        """);
    RunDirectory run = new RunDirectory(folder.resolve("run"));
    try (CpuBackend backend = CpuBackend.open(1)) {
      new TrainingRun(Trainings.open(ExperimentFile.read(file, List.of())), backend, run, SILENT).train(false, "test", () -> false);
      SavedModel model = SavedModel.open(run);
      Findings findings = Findings.of(model, backend, model.parts().train());

      assertThat(findings.classes()).containsExactly("rain", "wind");
      assertThat(findings.report()).hasSize(2);
      assertThat(findings.worst().getFirst().target()).containsAnyOf("rain", "wind", "").doesNotContainPattern("[0-9]");
    }
  }
}
