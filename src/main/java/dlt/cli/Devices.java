package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.backend.Backend;
import dlt.backend.cpu.CpuBackend;
import dlt.backend.cuda.driver.Driver;
import dlt.backend.cuda.driver.Gpu;
import dlt.backend.reference.ReferenceBackend;
import dlt.error.Failure;
import dlt.experiment.Device;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "devices", description = "Lists where dlt can compute on this machine.", mixinStandardHelpOptions = true)
final class Devices implements Callable<Integer> {
  @Mixin Output output;

  @Option(names = "--test", description = "Compute every op on the GPU, or on --device, compare with the reference and measure rates; exits 6 where a result is wrong.")
  boolean test;

  @Option(names = "--device", paramLabel = "DEVICE", description = "What --test tests: ${COMPLETION-CANDIDATES}; cuda where left out.")
  Device device = Device.CUDA;

  @Option(names = "--op", split = ",", paramLabel = "OP", description = "With --test: only these ops, by the names in its table; all where left out.")
  Set<String> ops = Set.of();

  @Option(names = "--no-rates", description = "With --test: compare small results only; the rates take large ones.")
  boolean noRates;

  @Override
  public Integer call() {
    if (test) {
      return new DeviceTest(output, ops, !noRates).run(device);
    }
    ObjectNode document = output.document();
    ArrayNode devices = document.putArray("devices");
    StringBuilder text = new StringBuilder();
    try (Backend cpu = CpuBackend.open(Runtime.getRuntime().availableProcessors()); Backend reference = new ReferenceBackend()) {
      for (Backend b : List.of(cpu, reference)) {
        devices.addObject().put("name", b.name()).put("description", b.description());
        line(text, b.name(), b.description());
      }
    }
    try {
      gpus(GpuDriver.open(), document, devices, text);
    } catch (Failure none) {
      document.putObject("cuda").put("usable", false).put("reason", none.getMessage());
      line(text, "cuda", none.getMessage().replaceFirst("^cuda: ", ""));
    }
    output.result(document, text.toString().stripTrailing());
    return 0;
  }

  private static void gpus(Driver driver, ObjectNode document, ArrayNode devices, StringBuilder text) {
    String version = String.format(Locale.ROOT, "%d.%d", driver.version() / 1000, driver.version() % 1000 / 10);
    document.putObject("cuda").put("usable", driver.gpus().stream().anyMatch(Gpu::suffices)).put("driver", version);
    for (Gpu gpu : driver.gpus()) {
      String description = String.format(Locale.ROOT, "%s, %.1f GiB, driver of CUDA %s%s", gpu, gpu.memory() / 0x1p30, version,
          gpu.suffices() ? "" : "; too old: dlt needs compute capability 8.0");
      devices.addObject().put("name", "cuda").put("description", description).put("index", gpu.index()).put("gpu", gpu.name())
          .put("memory", gpu.memory()).put("capability", gpu.capability() / 10 + "." + gpu.capability() % 10)
          .put("multiprocessors", gpu.multiprocessors()).put("usable", gpu.suffices());
      line(text, "cuda", description);
    }
  }

  private static void line(StringBuilder text, String name, String description) {
    text.append(String.format(Locale.ROOT, "%-10s %s%n", name, description));
  }
}
