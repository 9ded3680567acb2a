package dlt.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import dlt.backend.Backend;
import dlt.backend.cpu.CpuBackend;
import dlt.experiment.Experiment;
import dlt.experiment.ExperimentFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DevicesTest {
  @Test
  void aDeviceOnWhichATrialFailedIsNotLentAgain() {
    try (Devices devices = new Devices(_ -> CpuBackend.open(1))) {
      Experiment experiment = ExperimentFile.read(Path.of("experiments/iris.yaml"), List.of()).experiment();
      Backend first = devices.lend(experiment);
      first.close();
      Backend second = devices.lend(experiment);
      assertThat(second).isSameAs(first);
      Devices.spoil(second);
      second.close();
      Backend third = devices.lend(experiment);
      assertThat(third).isNotSameAs(first);
      third.close();
    }
  }
}
