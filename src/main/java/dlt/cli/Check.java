package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.data.Duplicates;
import dlt.experiment.Prepared;
import dlt.experiment.Trainings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "check", description = "Checks an experiment file, its data and its graphs: everything short of training.", mixinStandardHelpOptions = true)
final class Check implements Callable<Integer> {
  @Mixin ExperimentArguments experiment;
  @Mixin Output output;

  @Override
  public Integer call() {
    Trainings trainings = Trainings.open(experiment.read());
    Prepared p = trainings.training(0);
    long parameters = p.assembly().parameters().values().stream().mapToLong(s -> s.shape().size()).sum();
    String text = experiment.file + ": ok; " + (trainings.several() ? trainings.count() + " trainings, the first with " : "")
        + p.parts().train().size() + " training samples, " + p.parts().validation().map(v -> v.size() + " for validation, ").orElse("")
        + p.parts().test().map(t -> t.size() + " for the test, ").orElse("") + parameters + " parameters";
    ObjectNode document = output.document().put("ok", true).put("parameters", parameters).put("train", p.parts().train().size());
    p.parts().validation().ifPresent(v -> document.put("validation", v.size()));
    p.parts().test().ifPresent(t -> document.put("test", t.size()));
    document.put("trainings", trainings.count());
    ArrayNode warnings = document.putArray("warnings");
    for (String w : Duplicates.warnings(trainings.division(), true)) {
      warnings.add(w);
      output.say("dlt: " + w);
    }
    output.result(document, text);
    return 0;
  }
}
