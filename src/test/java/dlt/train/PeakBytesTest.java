package dlt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dlt.backend.Backend;
import dlt.backend.cpu.CpuBackend;
import dlt.backend.cpu.InstructionSet;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `dlt summary` and `dlt bench` say that a training takes, beside the pages that the system takes back from one.
class PeakBytesTest {
  private static final Path PAGES = Path.of("/proc/self/smaps_rollup");
  private static final long CODE_AND_STACKS = 1 << 17;

  /// In a process of its own, whose virtual machine takes and gives back nothing while it compiles, and whose C library keeps nothing of
  /// what is freed: both are more than a small training's memory.
  @ParameterizedTest
  @ValueSource(strings = {"mlp_tabular", "mnist_conv", "lenet5", "cat_dnn", "cnn_cifar", "unet_small", "resnet18_224", "resnet18_512_multilabel"})
  void whatATrainingTakesIsWhatWasPlannedBesideCodeAndStacks(String workload) throws IOException, InterruptedException {
    assumeTrue(Files.isReadable(PAGES));
    assumeFalse("java".equals(System.getProperty(InstructionSet.PROPERTY)), "plain Java loops, interpreted, take minutes for a step");
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xint", "-XX:+UseSerialGC",
        "-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch", "--enable-native-access=ALL-UNNAMED"));
    Optional.ofNullable(System.getProperty(InstructionSet.PROPERTY)).ifPresent(set -> command.add("-D" + InstructionSet.PROPERTY + "=" + set));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), PeakBytesTest.class.getName(), workload));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(Map.of("MALLOC_MMAP_THRESHOLD_", "4096", "MALLOC_TRIM_THRESHOLD_", "4096", "MALLOC_TOP_PAD_", "0", "MALLOC_ARENA_MAX", "1"));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(output).isZero();
    String[] bytes = output.substring(output.lastIndexOf('\n') + 1).split(" ");
    long planned = Long.parseLong(bytes[0]);
    assertThat(Long.parseLong(bytes[1])).as("taken, %d planned", planned).isBetween((long) (0.9 * planned), (long) (1.1 * planned) + CODE_AND_STACKS);
  }

  public static void main(String[] arguments) throws IOException {
    Bytes.of(arguments[0]); // what is linked and initialised once
    Bytes bytes = Bytes.of(arguments[0]);
    System.out.println(bytes.planned + " " + bytes.taken);
  }

  private record Bytes(long planned, long taken) {
    /// Of a few steps of a workload.
    static Bytes of(String workload) throws IOException {
      Prepared prepared = Prepared.of(ExperimentFile.read(Path.of("experiments/bench/" + workload + ".yaml"), List.of()));
      int batch = prepared.file().experiment().training().batchSize().of(prepared.parts().train().size());
      long planned;
      long open;
      try (Backend backend = CpuBackend.open(2)) {
        planned = new PlannedMemory(prepared.assembly(), backend).bytes(batch);
        StepBench bench = new StepBench(prepared, backend, batch);
        assertThat(bench.steps(2).plannedBytes()).isEqualTo(planned);
        open = pages();
        bench.close();
      }
      return new Bytes(planned, open - pages());
    }
  }

  /// The bytes of this process that are no file's.
  private static long pages() throws IOException {
    String line = Files.readAllLines(PAGES).stream().filter(l -> l.startsWith("Anonymous:")).findFirst().orElseThrow();
    return Long.parseLong(line.split("\\s+")[1]) * 1024;
  }
}
