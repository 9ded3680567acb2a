package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dlt.backend.Backend;
import dlt.backend.cpu.CpuBackend;
import dlt.backend.cuda.CudaBackend;
import dlt.backend.cuda.Precision;
import dlt.backend.cuda.software.SoftwareDriver;
import dlt.backend.reference.ReferenceBackend;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Trainings;
import dlt.run.RunDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An epoch of the handwritten digits, with a narrower first and second convolution, on the software GPU.
class CudaTrainingTest {
  private static final List<String> OVERRIDES = List.of("training.epochs=1", "training.log_every=1", "training.batch_size=128",
      "model.layers.0.conv2d.out_channels=4", "model.layers.3.conv2d.out_channels=4");

  @TempDir Path folder;

  /// Trains until the end or after `stopAfter` steps; the losses of the steps.
  private List<Double> train(String name, Backend backend, int stopAfter) {
    Trainings trainings = Trainings.open(ExperimentFile.read(Path.of("experiments/digits.yaml"), OVERRIDES));
    List<Double> losses = new ArrayList<>();
    int[] steps = {0};
    BooleanSupplier stop = () -> ++steps[0] == stopAfter;
    TrainingListener listener = new Silent() {
      @Override
      public void step(int epoch, int epochs, int batch, int batches, int samples, double loss) {
        losses.add(loss);
      }
    };
    try (backend) {
      new TrainingRun(trainings, backend, run(name), listener).train(true, "test", stop);
    }
    return losses;
  }

  private RunDirectory run(String name) {
    return new RunDirectory(folder.resolve(name));
  }

  private static Backend cuda(long seed) {
    return new CudaBackend(new SoftwareDriver(SoftwareDriver.GPU, seed), SoftwareDriver.GPU, Precision.FLOAT32);
  }

  @Test
  void anEpochHasTheReferencesLossesAndTheSameBytesInAnyOrderOfWarps() {
    List<Double> expected = train("reference", new ReferenceBackend(), 0);
    List<Double> losses = train("cuda", cuda(1), 0);
    List<Double> again = train("again", cuda(2), 0);
    assertThat(losses).hasSameSizeAs(expected).isEqualTo(again);
    for (int i = 0; i < losses.size(); i++) {
      assertThat(losses.get(i)).isCloseTo(expected.get(i), within(2e-5 * expected.get(i)));
    }
    assertThat(run("again").last()).hasSameBinaryContentAs(run("cuda").last());
    assertThat(run("again").best()).hasSameBinaryContentAs(run("cuda").best());
  }

  @Test
  void aCheckpointOfTheProcessorGoesOnOnTheGpuAndBack() {
    List<Double> expected = train("reference", new ReferenceBackend(), 0);
    List<Double> losses = train("run", CpuBackend.open(1), 3);
    losses.addAll(train("run", cuda(1), 4));
    assertThat(losses).hasSize(7);
    losses.addAll(train("run", CpuBackend.open(1), 0));
    assertThat(losses).hasSameSizeAs(expected);
    for (int i = 0; i < losses.size(); i++) {
      assertThat(losses.get(i)).isCloseTo(expected.get(i), within(2e-5 * expected.get(i)));
    }
  }
}
