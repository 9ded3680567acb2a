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
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindingsTest {
  private static final Silent SILENT = new Silent();

  @TempDir Path folder;

  /// What the selected model of `experiment` does on its judged part.
  private Findings of(String experiment) throws IOException {
    Path file = Files.writeString(folder.resolve("exp.yaml"), experiment);
    RunDirectory run = new RunDirectory(folder.resolve("run"));
    try (CpuBackend backend = CpuBackend.open(1)) {
      new TrainingRun(Trainings.open(ExperimentFile.read(file, List.of())), backend, run, SILENT).train(false, "test", () -> false);
      SavedModel model = SavedModel.open(run);
      return Findings.of(model, backend, model.parts().judged());
    }
  }

  @Test
  void labelsAreCalledByTheColumnsThatTheyComeFrom() throws IOException {
    Files.writeString(folder.resolve("data.csv"), "x,rain,wind\n1,0,1\n2,1,1\n3,0,0\n4,1,0\n5,0,1\n6,1,1\n7,0,0\n8,1,0\n");
    Findings findings = of("""
        name: labels
        data: {train: {csv: {path: data.csv, target: [rain, wind]}}, split: none}
        model: {layers: [{linear: 2}]}
        loss: bce_with_logits
        optimizer: {sgd: {lr: 0.1}}
        training: {batch_size: 4, epochs: 1}
        """);
    assertThat(findings.classes()).containsExactly("rain", "wind");
    assertThat(findings.report()).hasSize(2);
    assertThat(findings.worst()).hasSize(8).isSortedAccordingTo(Comparator.comparingDouble(Findings.Example::distance).reversed())
        .allSatisfy(e -> assertThat(e.target()).isEqualTo(List.of("wind", "rain, wind", "none", "rain").get(e.sample() % 4)));
  }

  @Test
  void ofManySamplesSomeArePointsWhateverTheirNumbers() throws IOException {
    StringBuilder rows = new StringBuilder("x,y,side\n");
    for (int i = 0; i < 5000; i++) {
      rows.append(i).append(',').append(2 * i).append(i % 2 == 0 ? ",even\n" : ",odd\n");
    }
    Files.writeString(folder.resolve("data.csv"), rows);
    Findings findings = of("""
        data: {train: {csv: {path: data.csv, target: y}}, split: {validation: 0.5, group: side, shuffle: false}}
        model: {layers: [{linear: 1}]}
        loss: mse
        optimizer: sgd
        training: {batch_size: all, epochs: 0}
        """);
    assertThat(findings.samples()).isEqualTo(2500);
    assertThat(findings.points()).hasSizeBetween(1000, 2000);
  }
}
