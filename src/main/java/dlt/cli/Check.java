package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.data.Finding;
import dlt.data.Leakage;
import dlt.error.Failure;
import dlt.experiment.Doubts;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import dlt.experiment.Trainings;
import dlt.train.Exporter;
import dlt.train.PretrainedWeights;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "check", description = "Checks an experiment file, its data and its graphs: everything short of training.", mixinStandardHelpOptions = true)
final class Check implements Callable<Integer> {
  @Mixin ExperimentArguments experiment;
  @Mixin DeviceOptions device;
  @Mixin Output output;

  @Option(names = "--data", description = "Look through the data for leaks: near duplicates, features that are the target, groups and times on both sides, row numbers, constants.")
  boolean data;

  @Option(names = "--strict", description = "With --data: exit with 3 where there are warnings.")
  boolean strict;

  @Override
  public Integer call() {
    if (strict && !data) {
      throw new Failure(Failure.Kind.USAGE, "--strict is about the findings of --data: give both");
    }
    ExperimentFile file = experiment.read();
    Trainings trainings = Trainings.open(file);
    Prepared p = trainings.training(0);
    p.requireSchedule();
    Exporter.requireFits(p.assembly());
    PretrainedWeights.check(p);
    device.requireCausal(trainings);
    device.requireWithinBudget(trainings);
    long parameters = p.assembly().parameters().values().stream().mapToLong(s -> s.shape().size()).sum();
    String text = experiment.file + ": ok; " + (trainings.several() ? trainings.count() + " trainings, the first with " : "")
        + p.parts().train().size() + " training samples, " + p.parts().validation().map(v -> v.size() + " for validation, ").orElse("")
        + p.parts().test().map(t -> t.size() + " for the test, ").orElse("") + parameters + " parameters";
    ObjectNode document = output.document().put("ok", true).put("parameters", parameters).put("train", p.parts().train().size());
    p.parts().validation().ifPresent(v -> document.put("validation", v.size()));
    p.parts().test().ifPresent(t -> document.put("test", t.size()));
    document.put("trainings", trainings.count());
    List<Finding> findings = data ? Leakage.findings(file.experiment().data(), file.base(), trainings.division()) : List.of();
    ArrayNode warnings = document.putArray("warnings");
    List<String> warned = data ? findings.stream().map(Finding::text).toList() : Leakage.warnings(trainings.division(), true);
    for (String w : Stream.concat(Doubts.of(file).stream(), warned.stream()).toList()) {
      warnings.add(w);
      output.say("dlt: " + w);
    }
    long serious = findings.stream().filter(f -> f.severity() == Finding.Severity.WARNING).count();
    if (data) {
      list(document.putArray("findings"), findings);
      text += findings.isEmpty() ? "; no leaks found" : "; " + findings.size() + (findings.size() == 1 ? " finding" : " findings");
    }
    output.result(document, text);
    return strict && serious > 0 ? Failure.Kind.DATA.exitCode() : 0;
  }

  private static void list(ArrayNode to, List<Finding> findings) {
    for (Finding f : findings) {
      to.addObject().put("severity", f.severity().name().toLowerCase(Locale.ROOT)).put("rule", f.rule().key()).put("place", f.place())
          .put("message", f.what()).put("advice", f.advice());
    }
  }
}
