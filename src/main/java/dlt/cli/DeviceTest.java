package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.backend.Backend;
import dlt.backend.cpu.CpuBackend;
import dlt.backend.cuda.CudaBackend;
import dlt.backend.cuda.Precision;
import dlt.backend.cuda.driver.Driver;
import dlt.backend.reference.ReferenceBackend;
import dlt.error.Failure;
import dlt.experiment.Device;
import dlt.op.OpCase;
import dlt.op.OpCases;
import dlt.run.MetricsLog;
import dlt.selftest.OpCheck;
import dlt.selftest.SelfTest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// The proof that a device computes what it should, as tables of ops.
final class DeviceTest {
  private final Output output;
  private final Set<String> ops;
  private final boolean rates;
  private final StringBuilder text = new StringBuilder();
  private final ArrayNode devices;
  private final ObjectNode document;
  private final List<SelfTest.Result> wrong = new ArrayList<>();
  private int cases;

  /// A test of these ops, or of all where there are none; with rates where `rates`.
  DeviceTest(Output output, Set<String> ops, boolean rates) {
    this.output = output;
    this.ops = ops;
    this.rates = rates;
    this.document = output.document();
    this.devices = document.putArray("devices");
  }

  /// Tests `device` at all its precisions and prints the tables; the exit code, DEVICE's where something is wrong.
  int run(Device device) {
    switch (device) {
      case AUTO, CUDA -> gpu(GpuDriver.open());
      case CPU -> test(CpuBackend.open(Runtime.getRuntime().availableProcessors(), true), 0, table());
      case REFERENCE -> test(new ReferenceBackend(), 0, table());
    }
    document.put("cases", cases).put("wrong", wrong.stream().mapToInt(SelfTest.Result::wrong).sum());
    if (wrong.isEmpty()) {
      output.result(document, text.toString().stripTrailing());
      return 0;
    }
    int code = Failure.Kind.DEVICE.exitCode();
    String message = wrong.stream().mapToInt(SelfTest.Result::wrong).sum() + " of " + cases + " results are wrong; the first: " + wrong.getFirst().problem();
    document.putObject("error").put("code", code).put("message", message);
    output.result(document, text.toString().stripTrailing());
    output.say("dlt: " + message);
    return code;
  }

  /// All ops in float32, products at the other precisions too.
  private void gpu(Driver driver) {
    for (Precision precision : Precision.values()) {
      test(new CudaBackend(driver, driver.first(), precision), switch (precision) {
        case FLOAT32 -> 0;
        case TF32 -> 0x1p-11;
        case BF16 -> 0x1p-8;
      }, precision == Precision.FLOAT32 ? table() : table().stream().filter(c -> OpCheck.product(c.op())).toList());
    }
  }

  /// The cases of the ops that are tested.
  private List<OpCase> table() {
    List<OpCase> all = OpCases.all();
    Set<String> known = all.stream().map(c -> c.op().name()).collect(Collectors.toCollection(LinkedHashSet::new));
    ops.stream().filter(o -> !known.contains(o)).findFirst().ifPresent(o -> {
      throw new Failure(Failure.Kind.USAGE, "--op " + o + ": expected one of " + String.join(", ", known));
    });
    return ops.isEmpty() ? all : all.stream().filter(c -> ops.contains(c.op().name())).toList();
  }

  private void test(Backend opened, double factorRounding, List<OpCase> table) {
    try (Backend backend = opened) {
      ObjectNode d = devices.addObject().put("device", backend.description());
      ArrayNode ops = d.putArray("ops");
      text.append(backend.description()).append(System.lineSeparator())
          .append(String.format(Locale.ROOT, "  %-26s %6s %6s %10s %10s %10s %10s%n", "op", "cases", "wrong", "worst", "ms", "GFLOP/s", "GB/s"));
      List<SelfTest.Result> results = SelfTest.run(backend, factorRounding, table, rates ? OpCases.large() : List.of(), r ->
          output.say(backend.name() + ": " + r.op() + ", " + r.cases() + " cases" + (r.wrong() == 0 ? "" : ", " + r.wrong() + " WRONG")));
      for (SelfTest.Result r : results) {
        ObjectNode o = ops.addObject().put("op", r.op()).put("cases", r.cases()).put("wrong", r.wrong());
        MetricsLog.put(o, "worst_error", r.worst());
        r.rate().ifPresent(rate -> {
          MetricsLog.put(o, "ms", rate.ms());
          MetricsLog.put(o, "gflops", rate.gigaflops());
          MetricsLog.put(o, "gbytes", rate.gigabytes());
        });
        text.append(String.format(Locale.ROOT, "  %-26s %6d %6d %10.3f", r.op(), r.cases(), r.wrong(), r.worst()))
            .append(r.rate().map(rate -> String.format(Locale.ROOT, " %10.4f %10.1f %10.1f", rate.ms(), rate.gigaflops(), rate.gigabytes())).orElse(""))
            .append(System.lineSeparator());
      }
      cases += results.stream().mapToInt(SelfTest.Result::cases).sum();
      results.stream().filter(r -> r.wrong() > 0).forEach(wrong::add);
    }
  }
}
