package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.backend.Backend;
import dlt.backend.KernelCall;
import dlt.backend.Program;
import dlt.backend.cuda.CudaBackend;
import dlt.error.Failure;
import dlt.experiment.Device;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import dlt.experiment.Training;
import dlt.graph.Graph;
import dlt.run.MetricsLog;
import dlt.train.StepBench;
import dlt.train.StepProfile;
import dlt.train.Variables;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "bench", description = "Measures training steps on made-up data of the experiment's shapes.", mixinStandardHelpOptions = true)
final class Bench implements Callable<Integer> {
  @Mixin ExperimentArguments experiment;
  @Mixin DeviceOptions device;
  @Mixin Output output;

  @Option(names = "--batch-size", paramLabel = "N", description = "Samples of a step; the experiment's where left out.")
  Optional<Integer> batchSize = Optional.empty();

  @Option(names = "--steps", paramLabel = "N", description = "Measure so many steps, without a warm-up.")
  Optional<Integer> steps = Optional.empty();

  @Option(names = "--seconds", paramLabel = "S", description = "Measure for so long, after a warm-up of two seconds; 3 where left out.")
  Optional<Double> seconds = Optional.empty();

  @Option(names = "--profile", description = "Show each kernel's time beside what the machine can do at most.")
  boolean profile;

  @Option(names = "--plan", description = "Measure nothing: count a step's kernels, operations and bytes by its plan. For cuda no GPU is needed; the plan is that of an H100.")
  boolean plan;

  @Override
  public Integer call() {
    if (steps.isPresent() && seconds.isPresent()) {
      throw new Failure(Failure.Kind.USAGE, "--steps and --seconds exclude each other");
    }
    if (batchSize.orElse(1) < 1 || steps.orElse(1) < 1 || !(seconds.orElse(1.0) > 0)) {
      throw new Failure(Failure.Kind.USAGE, "--batch-size, --steps and --seconds are positive numbers");
    }
    ExperimentFile file = experiment.read();
    Prepared prepared = Prepared.of(file);
    int batch = batchSize.orElseGet(() -> file.experiment().training().batchSize().of(prepared.parts().train().size()));
    if (plan) {
      plan(prepared, batch);
      return 0;
    }
    int threads = device.threads();
    Measured measured = device.compute(file.experiment().training(), backend -> measured(prepared, backend, batch));
    StepBench.Result r = measured.steps;
    String description = measured.device;
    ObjectNode d = output.document().put("experiment", file.experiment().name()).put("device", description).put("threads", threads).put("batch_size", batch);
    MetricsLog.put(d, "samples_per_second", r.samplesPerSecond());
    ObjectNode ms = d.putObject("step_ms");
    MetricsLog.put(ms, "median", r.median());
    MetricsLog.put(ms, "p10", r.p10());
    MetricsLog.put(ms, "p90", r.p90());
    d.put("steps", r.steps()).put("peak_bytes", r.plannedBytes());
    MetricsLog.put(d, "loss", r.loss());
    StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%s on %s, batch %d: %,.1f samples/s; a step takes %.4f ms (p10 %.4f, p90 %.4f); %d steps",
        file.experiment().name(), description, batch, r.samplesPerSecond(), r.median(), r.p10(), r.p90(), r.steps()));
    measured.profile.ifPresent(p -> {
      ProfileTable.put(d.putObject("profile"), p);
      text.append(System.lineSeparator()).append(System.lineSeparator()).append(ProfileTable.text(p));
    });
    output.result(d, text.toString());
    return 0;
  }

  /// The steps on a device, and the profile of one where it is asked for.
  private record Measured(String device, StepBench.Result steps, Optional<StepProfile> profile) {}

  private Measured measured(Prepared prepared, Backend backend, int batch) {
    try (StepBench bench = new StepBench(prepared, backend, batch, steps.orElse(Integer.MAX_VALUE))) {
      StepBench.Result r = steps.isPresent() ? bench.steps(steps.get()) : bench.seconds(seconds.orElse(3.0));
      return new Measured(backend.description(), r, !profile ? Optional.empty()
          : Optional.of(bench.profile(r.median(), seconds.orElse(3.0), steps.orElse(Integer.MAX_VALUE)).orElseThrow(() ->
              new Failure(Failure.Kind.USAGE, "--profile: the device " + backend.name() + " does not time its kernels; use --device cpu"))));
    }
  }

  private void plan(Prepared prepared, int batch) {
    Training training = prepared.file().experiment().training();
    Graph graph = prepared.assembly().training(batch);
    List<KernelCall> calls;
    if (device.device.orElse(training.device()) == Device.CUDA) {
      calls = CudaBackend.calls(graph, CudaBackend.H100, DeviceOptions.precision(training));
    } else {
      try (Backend backend = device.open(training); Program program = backend.compile(graph, Variables.unset(backend, prepared.assembly()).buffers())) {
        calls = program.calls();
      }
    }
    long operations = calls.stream().mapToLong(KernelCall::operations).sum();
    long bytes = calls.stream().mapToLong(KernelCall::bytes).sum();
    ObjectNode d = output.document().put("experiment", prepared.file().experiment().name()).put("batch_size", batch).put("kernels", calls.size())
        .put("flops", operations).put("bytes", bytes);
    ArrayNode each = d.putArray("calls");
    StringBuilder text = new StringBuilder();
    for (KernelCall c : calls) {
      each.addObject().put("kernel", c.kernel()).put("flops", c.operations()).put("bytes", c.bytes());
      text.append(String.format(Locale.ROOT, "%12.3f MFLOP %10.3f MB  %s%n", c.operations() * 1e-6, c.bytes() * 1e-6, c.kernel()));
    }
    output.result(d, text + String.format(Locale.ROOT, "%s, batch %d: %d kernels, %.4f GFLOP, %.2f MB read and written in a step",
        prepared.file().experiment().name(), batch, calls.size(), operations * 1e-9, bytes * 1e-6));
  }
}
