package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.experiment.Assembly;
import dlt.experiment.Prepared;
import dlt.graph.Flops;
import dlt.layer.Applied;
import dlt.train.StepBench;
import dlt.train.Variables;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "summary", description = "Shows the layers with their shapes, parameters, operations and the memory of training.", mixinStandardHelpOptions = true)
final class Summary implements Callable<Integer> {
  private static final double MEASURED_SECONDS = 3;

  @Mixin ExperimentArguments experiment;
  @Mixin DeviceOptions device;
  @Mixin Output output;

  @Option(names = "--time", description = "Measure some training steps on made-up data (about 5 s) and predict the time of a training from them.")
  boolean time;

  @Override
  public Integer call() {
    Prepared prepared = Prepared.of(experiment.read());
    Assembly a = prepared.assembly();
    long parameters = a.parameters().values().stream().mapToLong(p -> p.shape().size()).sum();
    long trainable = a.parameters().values().stream().filter(p -> !a.experiment().model().frozen(p.name())).mapToLong(p -> p.shape().size()).sum();
    long flops = Flops.of(a.inference(1, false));
    int batch = a.experiment().training().batchSize().of(prepared.parts().train().size());
    long bytes;
    double stepMs = 0;
    try (Backend backend = device.open(a.experiment().training())) {
      Variables variables = Variables.unset(backend, a);
      try (Program program = backend.compile(a.training(batch), variables.buffers())) {
        bytes = program.plannedBytes() + variables.buffers().values().stream().mapToLong(b -> b.type().bytes()).sum();
      }
      if (time) {
        try (StepBench bench = new StepBench(prepared, backend, batch)) {
          stepMs = bench.seconds(MEASURED_SECONDS).median();
        }
      }
    }
    ObjectNode document = output.document().put("parameters", parameters).put("trainable", trainable).put("forward_flops", flops).put("peak_bytes", bytes);
    ArrayNode layers = document.putArray("layers");
    StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-24s %-20s %-22s %12s%n", "layer", "type", "output", "parameters"));
    for (Applied l : a.layers()) {
      ObjectNode o = layers.addObject().put("name", l.name()).put("type", l.kind());
      ArrayNode shape = o.putArray("output");
      l.output().without(0).dims().forEach(shape::add);
      o.put("parameters", l.parameters());
      text.append(String.format(Locale.ROOT, "%-24s %-20s %-22s %,12d%n", l.name(), l.kind(), "[N, " + l.output().without(0).toString().substring(1), l.parameters()));
    }
    text.append(String.format(Locale.ROOT, "%,d parameters, %,d of them trained; %,d operations forward for a sample; %,.1f MiB to train in batches of %d",
        parameters, trainable, flops, bytes / 1048576.0, batch));
    if (time) {
      double seconds = stepMs / 1000 * Math.ceilDiv(prepared.parts().train().size(), batch) * prepared.epochs();
      document.put("step_ms", stepMs).put("training_seconds", seconds);
      text.append(String.format(Locale.ROOT, "%nabout %.1f s to train: %d epochs of %d steps of %.2f ms (without validation and reading; of several folds, one)",
          seconds, prepared.epochs(), Math.ceilDiv(prepared.parts().train().size(), batch), stepMs));
    }
    output.result(document, text.toString());
    return 0;
  }
}
