package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.backend.Backend;
import dlt.backend.cpu.CpuBackend;
import dlt.backend.reference.ReferenceBackend;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "devices", description = "Lists where dlt can compute on this machine.", mixinStandardHelpOptions = true)
final class Devices implements Callable<Integer> {
  @Mixin Output output;

  @Override
  public Integer call() {
    ObjectNode document = output.document();
    ArrayNode devices = document.putArray("devices");
    StringBuilder text = new StringBuilder();
    try (Backend cpu = CpuBackend.open(Runtime.getRuntime().availableProcessors()); Backend reference = new ReferenceBackend()) {
      for (Backend b : List.of(cpu, reference)) {
        devices.addObject().put("name", b.name()).put("description", b.description());
        text.append(text.isEmpty() ? "" : "\n").append(String.format(java.util.Locale.ROOT, "%-10s %s", b.name(), b.description()));
      }
    }
    output.result(document, text.toString());
    return 0;
  }
}
