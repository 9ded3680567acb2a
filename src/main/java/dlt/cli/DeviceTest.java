package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.backend.Backend;
import dlt.backend.cpu.CpuBackend;
import dlt.backend.cuda.CudaBackend;
import dlt.backend.cuda.Precision;
import dlt.backend.cuda.driver.Driver;
import dlt.backend.cuda.driver.NvidiaDriver;
import dlt.backend.reference.ReferenceBackend;
import dlt.error.Failure;
import dlt.experiment.Device;
import dlt.op.OpCase;
import dlt.op.OpCases;
import dlt.run.MetricsLog;
import dlt.selftest.OpCheck;
import dlt.selftest.SelfTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The proof that a device computes what it should, as tables of ops.
final class DeviceTest {
  private final Output output;
  private final StringBuilder text = new StringBuilder();
  private final ArrayNode devices;
  private final ObjectNode document;
  private final List<SelfTest.Result> wrong = new ArrayList<>();
  private int cases;

  DeviceTest(Output output) {
    this.output = output;
    this.document = output.document();
    this.devices = document.putArray("devices");
  }

  /// Tests `device` at all its precisions. Throws a [Failure] of kind DEVICE, after the tables, where something is wrong.
  void run(Device device) {
    switch (device) {
      case AUTO, CUDA -> gpu(NvidiaDriver.open());
      case CPU -> test(CpuBackend.open(Runtime.getRuntime().availableProcessors(), true), 0, OpCases.all());
      case REFERENCE -> test(new ReferenceBackend(), 0, OpCases.all());
    }
    document.put("cases", cases).put("wrong", wrong.stream().mapToInt(SelfTest.Result::wrong).sum());
    output.result(document, text.toString().stripTrailing());
    if (!wrong.isEmpty()) {
      throw new Failure(Failure.Kind.DEVICE, wrong.stream().mapToInt(SelfTest.Result::wrong).sum() + " of " + cases + " results are wrong; the first: "
          + wrong.getFirst().problem());
    }
  }

  /// All ops in float32, products at the other precisions too.
  private void gpu(Driver driver) {
    for (Precision precision : Precision.values()) {
      test(new CudaBackend(driver, driver.first(), precision), switch (precision) {
        case FLOAT32 -> 0;
        case TF32 -> 0x1p-11;
        case BF16 -> 0x1p-8;
      }, precision == Precision.FLOAT32 ? OpCases.all() : OpCases.all().stream().filter(c -> OpCheck.product(c.op())).toList());
    }
  }

  private void test(Backend opened, double factorRounding, List<OpCase> table) {
    try (Backend backend = opened) {
      ObjectNode d = devices.addObject().put("device", backend.description());
      ArrayNode ops = d.putArray("ops");
      text.append(backend.description()).append(System.lineSeparator())
          .append(String.format(Locale.ROOT, "  %-26s %6s %6s %10s %10s %10s %10s%n", "op", "cases", "wrong", "worst", "ms", "GFLOP/s", "GB/s"));
      List<SelfTest.Result> results = SelfTest.run(backend, factorRounding, table, OpCases.large(), r ->
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
