package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlt.backend.Backend;
import dlt.backend.cpu.CpuBackend;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `dlt summary` and `dlt bench` say that a training takes, beside the pages that the system takes back from one. Of smaller
/// workloads too much lies in memory that the C library keeps.
class PeakBytesTest {
  private static final Path PAGES = Path.of("/proc/self/smaps_rollup");
  private static final int TRIES = 3;

  @ParameterizedTest
  @ValueSource(strings = {"cat_dnn", "cnn_cifar", "unet_small"})
  void whatATrainingTakesIsWhatWasPlanned(String workload) throws IOException {
    assumeTrue(Files.isReadable(PAGES));
    Prepared prepared = Prepared.of(ExperimentFile.read(Path.of("experiments/bench/" + workload + ".yaml"), List.of()));
    int batch = prepared.file().experiment().training().batchSize().of(prepared.parts().train().size());
    double ratio = 0;
    // the virtual machine's own memory may change at any moment
    for (int i = 0; i < TRIES && Math.abs(ratio - 1) > 0.1; i++) {
      long planned;
      long taken;
      try (Backend backend = CpuBackend.open(2)) {
        planned = new PlannedMemory(prepared.assembly(), backend).bytes(batch);
        StepBench bench = new StepBench(prepared, backend, batch);
        assertThat(bench.steps(2).plannedBytes()).isEqualTo(planned);
        taken = pages();
        bench.close();
      }
      ratio = (double) planned / (taken - pages());
    }
    assertThat(ratio).as("planned for what is taken").isBetween(0.9, 1.1);
  }

  /// The bytes of this process that are no file's.
  private static long pages() throws IOException {
    String line = Files.readAllLines(PAGES).stream().filter(l -> l.startsWith("Anonymous:")).findFirst().orElseThrow();
    return Long.parseLong(line.split("\\s+")[1]) * 1024;
  }
}
