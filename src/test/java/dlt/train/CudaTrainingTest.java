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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Epochs of the handwritten digits on the software GPU: as the experiment has them, and with narrower convolutions and larger batches.
class CudaTrainingTest {
  private static final List<String> WHOLE = List.of("training.epochs=1", "training.log_every=1");
  private static final List<String> NARROW = List.of("training.epochs=1", "training.log_every=1", "training.batch_size=128",
      "model.layers.0.conv2d.out_channels=4", "model.layers.3.conv2d.out_channels=4");

  @TempDir Path folder;

  /// Trains until the end or after `stopAfter` steps; the losses of the steps.
  private List<Double> train(String name, Backend backend, int stopAfter) {
    return train(name, backend, stopAfter, "digits", NARROW);
  }

  private List<Double> train(String name, Backend backend, int stopAfter, String experiment, List<String> overrides) {
    Trainings trainings = Trainings.open(ExperimentFile.read(Path.of("experiments/" + experiment + ".yaml"), overrides));
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
    return cuda(seed, Precision.FLOAT32);
  }

  private static Backend cuda(long seed, Precision precision) {
    return new CudaBackend(new SoftwareDriver(SoftwareDriver.GPU, seed), SoftwareDriver.GPU, precision);
  }

  private static void assertClose(List<Double> losses, List<Double> expected, double relative) {
    assertThat(losses).hasSameSizeAs(expected);
    for (int i = 0; i < losses.size(); i++) {
      assertThat(losses.get(i)).as("step %d", i + 1).isCloseTo(expected.get(i), within(relative * expected.get(i)));
    }
  }

  @Test
  void anEpochOfTheExperimentHasTheReferencesLosses() {
    List<Double> expected = train("reference", new ReferenceBackend(), 0, "digits", WHOLE);
    assertThat(expected).hasSize(23);
    assertClose(train("cuda", cuda(1), 0, "digits", WHOLE), expected, 2e-5);
  }

  @Test
  void anEpochHasTheSameBytesInAnyOrderOfWarps() {
    List<Double> losses = train("cuda", cuda(1), 0);
    List<Double> again = train("again", cuda(2), 0);
    assertThat(losses).isEqualTo(again);
    assertThat(run("again").last()).hasSameBinaryContentAs(run("cuda").last());
    assertThat(run("again").best()).hasSameBinaryContentAs(run("cuda").best());
  }

  /// Both factors of a layer's product are rounded, each by at most `unit` of itself, so that its sums are off by at most twice that, of
  /// their terms. Errors of layers add up to first order, and cross entropy changes by at most twice as much as the logits do.
  @ParameterizedTest
  @CsvSource({"TF32, 0x1p-11", "BF16, 0x1p-8"})
  void lossesAtLowerPrecisionsStayWithinTheirRoundingOfFloat32(Precision precision, String unit) {
    List<Double> expected = train("float32", cuda(1), 0);
    List<Double> losses = train("lower", cuda(1, precision), 0);
    int layers = 4;
    double bound = 4 * layers * Double.parseDouble(unit);
    assertThat(losses).hasSameSizeAs(expected).isNotEqualTo(expected);
    for (int i = 0; i < losses.size(); i++) {
      assertThat(losses.get(i)).as("step %d of %s, float32: %s", i + 1, losses, expected).isCloseTo(expected.get(i), within(bound * Math.max(1, expected.get(i))));
    }
  }

  @Test
  void aCheckpointOfTheProcessorGoesOnOnTheGpuAndBack() {
    List<Double> expected = train("reference", new ReferenceBackend(), 0);
    List<Double> losses = train("run", CpuBackend.open(1), 3);
    losses.addAll(train("run", cuda(1), 4));
    assertThat(losses).hasSize(7);
    losses.addAll(train("run", CpuBackend.open(1), 0));
    assertClose(losses, expected, 2e-5);
  }
}
