package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.experiment.Assembly;
import dlt.experiment.Budget;
import dlt.experiment.Bytes;
import dlt.experiment.Prepared;
import dlt.experiment.Trainings;
import dlt.graph.Flops;
import dlt.layer.Applied;
import dlt.train.PlannedMemory;
import dlt.train.PredictedTime;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "summary", description = "Shows the layers with their shapes, parameters, operations and the memory of training.", mixinStandardHelpOptions = true)
final class Summary implements Callable<Integer> {
  @Mixin ExperimentArguments experiment;
  @Mixin DeviceOptions device;
  @Mixin Output output;

  @Option(names = "--time", description = "Measure some training steps on made-up data (about 5 s) and predict the time of a training from them.")
  boolean time;

  /// What the device says: the memory of training, and its time where that is asked for.
  private record Measured(long bytes, Optional<PredictedTime> time) {}

  @Override
  public Integer call() {
    Trainings trainings = Trainings.open(experiment.read());
    Prepared prepared = trainings.training(0);
    Assembly a = prepared.assembly();
    long parameters = a.parameters().values().stream().mapToLong(p -> p.shape().size()).sum();
    long trainable = a.parameters().values().stream().filter(p -> !a.experiment().model().frozen(p.name())).mapToLong(p -> p.shape().size()).sum();
    long flops = Flops.of(a.inference(1, false));
    int batch = a.experiment().training().batchSize().of(prepared.parts().train().size());
    Measured measured = device.compute(a.experiment().training(), backend -> new Measured(new PlannedMemory(a, backend).bytes(batch),
        time ? Optional.of(PredictedTime.of(trainings, prepared, backend, batch)) : Optional.empty()));
    long bytes = measured.bytes;
    Optional<PredictedTime> predicted = measured.time;
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
    predicted.ifPresent(t -> {
      document.put("step_ms", t.stepMs()).put("validation_ms", t.validationMs()).put("training_seconds", t.seconds());
      text.append(String.format(Locale.ROOT, "%nabout %s to train: %d epochs of %d steps of %.2f ms%s%s (without waiting for data)", Progress.duration(t.seconds()),
          t.epochs(), t.steps(), t.stepMs(), t.validationMs() > 0 ? String.format(Locale.ROOT, " and %.1f ms of validation", t.validationMs()) : "",
          t.trainings() > 1 ? ", " + t.trainings() + " trainings" : ""));
    });
    if (a.experiment().training().budget().isPresent()) {
      budget(a.experiment().training().budget().get(), bytes, predicted, document.putObject("budget"), text);
    }
    output.result(document, text.toString());
    return 0;
  }

  private static void budget(Budget budget, long bytes, Optional<PredictedTime> predicted, ObjectNode to, StringBuilder text) {
    budget.memory().ifPresent(m -> {
      to.put("memory", m.count()).put("memory_suffices", bytes <= m.count());
      text.append(String.format(Locale.ROOT, "%n%s the budget of %s%s", bytes <= m.count() ? "within" : "over", Bytes.shown(m.count()),
          bytes <= m.count() ? "" : ": dlt train will refuse it; dlt check says which batch size fits"));
    });
    budget.minutes().ifPresent(m -> {
      to.put("minutes", m);
      predicted.ifPresent(t -> {
        boolean enough = t.seconds() <= m * 60;
        int epochs = (int) Math.min(t.epochs(), t.epochs() * m * 60 / t.seconds());
        to.put("minutes_suffice", enough).put("epochs_in_time", epochs);
        text.append(String.format(Locale.ROOT, "%n%s", enough ? "within the budget of " + Progress.duration(m * 60)
            : "the budget of " + Progress.duration(m * 60) + " will not do: it ends " + (t.trainings() > 1 ? "each training" : "the training") + " after about "
                + epochs + " of " + t.epochs() + " epochs"));
      });
    });
  }
}
