package dlt.train;

import dlt.backend.Backend;
import dlt.backend.reference.ReferenceBackend;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Trainings;
import dlt.run.RunDirectory;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Whole runs of small experiments on the reference backend, for what tests want to know of them.
record SmallRun(TrainingRun.Result result, List<Double> stepLosses) {
  /// Trains `experiment` into `folder`/`name` with these overrides.
  static SmallRun of(Path folder, String name, String experiment, String... overrides) throws IOException {
    Path file = Files.writeString(folder.resolve(name + ".yaml"), experiment);
    Trainings trainings = Trainings.open(ExperimentFile.read(file, List.of(overrides)));
    List<Double> losses = new ArrayList<>();
    TrainingListener listener = new Silent() {
      @Override
      public void step(int epoch, int epochs, int batch, int batches, int samples, double loss) {
        losses.add(loss);
      }
    };
    try (Backend backend = new ReferenceBackend()) {
      return new SmallRun(new TrainingRun(trainings, backend, new RunDirectory(folder.resolve(name)), listener).train(false, "test", () -> false), losses);
    }
  }

  /// Everything that the last checkpoint holds.
  Map<String, HostTensor> last() {
    return Safetensors.read(result.run().last());
  }

  /// The selected weights.
  Map<String, HostTensor> best() {
    return Safetensors.read(result.run().best());
  }
}
