package dlt.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dlt.backend.cuda.driver.FakeCuda;
import dlt.backend.cuda.driver.NvidiaDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What users of commands see of GPUs: of none, of those that cannot be used, and of those that stop.
class GpuCommandsTest {
  private static final long GIB = 1L << 30;

  @TempDir Path folder;

  @AfterEach
  void forget() {
    System.clearProperty(NvidiaDriver.LIBRARY);
  }

  private static FakeCuda machine(int version, int gpus, int capability, long memory) {
    FakeCuda fake = FakeCuda.fresh();
    fake.machine(version, gpus, capability, memory);
    System.setProperty(NvidiaDriver.LIBRARY, fake.library().toString());
    return fake;
  }

  private CommandsTest.Result train(String... more) {
    return CommandsTest.dlt(Stream.concat(Stream.of("train", "experiments/iris.yaml", "--set", "training.epochs=2", "--set", "assert=[]", "--no-report",
        "--out", run().toString(), "--json"), Arrays.stream(more)).toArray(String[]::new));
  }

  private Path run() {
    return folder.resolve("run");
  }

  private String device() throws IOException {
    return new ObjectMapper().readTree(run().resolve("manifest.json").toFile()).get("device").asText();
  }

  private static void exitsWithSix(CommandsTest.Result r, String line) {
    assertThat(r.code()).isEqualTo(6);
    assertThat(r.err().lines().filter(l -> l.startsWith("dlt: "))).singleElement().satisfies(l -> assertThat(l).startsWith("dlt: " + line));
  }

  @Test
  void devicesListsTheGpus() throws IOException {
    machine(12040, 2, 86, 8 * GIB);
    assertThat(CommandsTest.dlt("devices").out()).contains("cuda       Fake GPU 1 (compute capability 8.6), 8.0 GiB, driver of CUDA 12.4");
    JsonNode d = CommandsTest.dlt("devices", "--json").json();
    assertThat(d.get("cuda").get("usable").asBoolean()).isTrue();
    assertThat(d.get("cuda").get("driver").asText()).isEqualTo("12.4");
    JsonNode gpu = d.get("devices").get(3);
    assertThat(gpu.get("name").asText()).isEqualTo("cuda");
    assertThat(gpu.get("index").asInt()).isOne();
    assertThat(gpu.get("gpu").asText()).isEqualTo("Fake GPU 1");
    assertThat(gpu.get("memory").asLong()).isEqualTo(8 * GIB);
    assertThat(gpu.get("capability").asText()).isEqualTo("8.6");
    assertThat(gpu.get("usable").asBoolean()).isTrue();
  }

  @Test
  void devicesSaysWhyThereIsNoGpu() throws IOException {
    machine(11020, 1, 86, 8 * GIB);
    CommandsTest.Result r = CommandsTest.dlt("devices", "--json");
    assertThat(r.code()).isZero();
    assertThat(r.json().get("devices")).hasSize(2);
    assertThat(r.json().get("cuda").get("usable").asBoolean()).isFalse();
    assertThat(r.json().get("cuda").get("reason").asText()).contains("CUDA 11.2").contains("update the driver");
    assertThat(CommandsTest.dlt("devices").out()).contains("cuda       the NVIDIA driver speaks CUDA 11.2");
  }

  @Test
  void devicesShowsAGpuThatIsTooOld() throws IOException {
    machine(12040, 1, 75, 8 * GIB);
    assertThat(CommandsTest.dlt("devices").out()).contains("Fake GPU 0 (compute capability 7.5)").contains("too old");
    assertThat(CommandsTest.dlt("devices", "--json").json().get("cuda").get("usable").asBoolean()).isFalse();
  }

  @Test
  void cudaWithoutADriverExitsWithSix() throws IOException {
    assumeTrue(noDriver(), "this machine has an NVIDIA driver");
    CommandsTest.Result r = train("--device", "cuda");
    exitsWithSix(r, "cuda: no NVIDIA driver on this machine");
    assertThat(r.json().get("error").get("code").asInt()).isEqualTo(6);
  }

  @Test
  void cudaWithoutADeviceExitsWithSix() {
    machine(12040, 0, 0, 0);
    exitsWithSix(train("--device", "cuda"), "cuda: cuInit: CUDA_ERROR_NO_DEVICE");
  }

  @Test
  void cudaWithTooOldAGpuExitsWithSix() {
    machine(12040, 1, 61, GIB);
    exitsWithSix(train("--device", "cuda"), "cuda: found Fake GPU 0 (compute capability 6.1); dlt needs compute capability 8.0");
  }

  @Test
  void cudaWithTooLittleMemoryExitsWithSixAndFreesWhatItTook() {
    FakeCuda fake = machine(12040, 1, 90, 64);
    exitsWithSix(train("--device", "cuda"), "cuda Fake GPU 0");
    assertThat(fake.live()).isZero();
    assertThat(fake.misuse()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {12_000, 16_000, 20_000, 30_000})
  void theBatchSizeThatIsSaidToFitFitsAndNoRunIsThereBefore(long memory) throws IOException {
    FakeCuda fake = machine(12040, 1, 90, memory);
    CommandsTest.Result r = train("--device", "cuda", "--set", "training.batch_size=113");
    exitsWithSix(r, "cuda Fake GPU 0");
    assertThat(r.json().get("error").get("message").asText()).containsPattern("out of memory: [0-9.]+ KiB needed, [0-9.]+ KiB free for batches of 113; "
        + "training.batch_size: [0-9]+ fits");
    Matcher fitting = Pattern.compile("batch_size: ([0-9]+) fits").matcher(r.err());
    assertThat(fitting.find()).isTrue();
    // kernels compute nothing here, so that the export is refused
    CommandsTest.Result smaller = train("--device", "cuda", "--set", "training.batch_size=" + fitting.group(1));
    assertThat(smaller.code()).as(smaller.err()).isEqualTo(5);
    assertThat(fake.live()).isZero();
    assertThat(fake.misuse()).isEmpty();
  }

  @Test
  void cudaThatIsLostExitsWithSixAndFreesWhatItTook() {
    FakeCuda fake = machine(12040, 1, 90, GIB);
    fake.fail("cuMemcpyHtoDAsync_v2", 1, 719, true);
    exitsWithSix(train("--device", "cuda"), "cuda: cuMemcpyHtoDAsync: CUDA_ERROR_LAUNCH_FAILED");
    assertThat(fake.live()).isZero();
    assertThat(fake.misuse()).isEmpty();
  }

  @Test
  void autoOnAMachineWithoutADriverTakesTheProcessorAndSaysNothing() throws IOException {
    assumeTrue(noDriver(), "this machine has an NVIDIA driver");
    CommandsTest.Result r = train();
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.err()).doesNotContain("auto");
    assertThat(device()).startsWith("cpu ");
  }

  @Test
  void autoSaysOnceWhyTheGpuIsNotTaken() throws IOException {
    machine(12040, 0, 0, 0);
    CommandsTest.Result r = train("--set", "training.budget={memory: 1GiB}");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.err().lines().filter(l -> l.contains("auto"))).singleElement()
        .satisfies(l -> assertThat(l).startsWith("dlt: auto takes the processor: cuda: cuInit: CUDA_ERROR_NO_DEVICE"));
    assertThat(device()).startsWith("cpu ");
  }

  @Test
  void autoTakesTheProcessorWhereTheGpusMemoryDoesNotSuffice() throws IOException {
    FakeCuda fake = machine(12040, 1, 90, 64);
    CommandsTest.Result r = train();
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(r.err()).contains("dlt: auto takes the processor: cuda Fake GPU 0").contains("out of memory");
    assertThat(device()).startsWith("cpu ");
    assertThat(fake.live()).isZero();
  }

  @Test
  void autoOfEveryCommandTakesTheProcessorWhereTheGpusMemoryDoesNotSufficeAndCudaDoesNot() throws IOException {
    String iris = "experiments/iris.yaml";
    assertThat(train("--device", "cpu").code()).isZero();
    Path rows = Files.write(folder.resolve("rows.csv"), Files.readAllLines(Path.of("experiments/data/iris.csv")).stream()
        .limit(70).map(l -> l.substring(0, l.lastIndexOf(','))).toList());
    Path sweep = Files.writeString(folder.resolve("sweep.yaml"), Files.readString(Path.of(iris)).replace("data/iris.csv",
        Path.of("experiments/data/iris.csv").toAbsolutePath().toString()) + "\nsweep: {method: grid, parameters: {seed: {choice: [1, 2]}}}\n");
    List<List<String>> commands = List.of(
        List.of("summary", iris, "--time"),
        List.of("bench", iris, "--steps", "2"),
        List.of("predict", run().toString(), "--input", rows.toString()),
        List.of("eval", run().toString()),
        List.of("export", run().toString(), "--onnx", folder.resolve("other.onnx").toString()),
        List.of("report", run().toString()),
        List.of("sweep", sweep.toString(), "--set", "training.epochs=1", "--set", "assert=[]", "--no-report", "--out", folder.resolve("sweep").toString()));
    for (List<String> c : commands) {
      FakeCuda fake = machine(12040, 1, 90, 64);
      String[] cuda = Stream.concat(c.stream(), Stream.of("--device", "cuda")).toArray(String[]::new);
      exitsWithSix(CommandsTest.dlt(cuda), "cuda Fake GPU 0");
      assertThat(fake.live()).as(c.toString()).isZero();
      if (c.getFirst().equals("sweep")) {
        c = List.of("sweep", sweep.toString(), "--set", "training.epochs=1", "--set", "assert=[]", "--no-report", "--out", folder.resolve("another").toString());
      }
      CommandsTest.Result auto = CommandsTest.dlt(Stream.concat(c.stream(), Stream.of("--device", "auto")).toArray(String[]::new));
      assertThat(auto.code()).as(c + auto.err()).isZero();
      assertThat(auto.err().lines().filter(l -> l.contains("auto"))).as(c + auto.err()).singleElement()
          .satisfies(l -> assertThat(l).startsWith("dlt: auto takes the processor: cuda Fake GPU 0").contains("out of memory"));
      assertThat(fake.live()).as(c.toString()).isZero();
      assertThat(fake.misuse()).as(c.toString()).isEmpty();
      if (c.getFirst().equals("predict")) {
        assertThat(auto.out().lines()).hasSize(70);
      }
    }
  }

  @Test
  void precisionsOfAGpuAreFloat32OnTheProcessorAndTheManifestSaysSo() throws IOException {
    CommandsTest.Result r = train("--device", "cpu", "--set", "training.precision=bf16");
    assertThat(r.code()).as(r.err()).isZero();
    assertThat(device()).contains("float32").doesNotContain("bf16");
  }

  private static boolean noDriver() {
    try {
      return NvidiaDriver.find().isEmpty();
    } catch (RuntimeException e) {
      return false;
    }
  }
}
