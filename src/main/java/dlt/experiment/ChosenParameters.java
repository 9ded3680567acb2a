package dlt.experiment;

import dlt.config.ConfigException;
import dlt.optim.Group;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What an experiment says of parameters by patterns of their names: which are frozen, and which have settings of their own.
final class ChosenParameters {
  private ChosenParameters() {}

  /// Throws [ConfigException] where a pattern matches none of the model's names, or nothing is left to train.
  static void check(ExperimentFile file, Set<String> parameters, Set<String> buffers) {
    Experiment experiment = file.experiment();
    Model model = experiment.model();
    for (String pattern : model.freeze()) {
      if (Stream.concat(parameters.stream(), buffers.stream()).noneMatch(n -> Pattern.matches(pattern, n))) {
        throw new ConfigException(file.bound().at(model, "freeze"), noneMatches(pattern, parameters), "");
      }
    }
    if (experiment.training().epochs() > 0 && parameters.stream().allMatch(model::frozen)) {
      throw new ConfigException(file.bound().at(model), parameters.isEmpty() ? "the model has no parameters: there is nothing to train"
          : "every parameter is frozen: there is nothing to train", "training.epochs: 0 measures and exports the weights as they are");
    }
    for (Group group : experiment.optimizer().groups()) {
      if (parameters.stream().noneMatch(group::matches)) {
        throw new ConfigException(file.bound().at(group), noneMatches(group.match(), parameters), "");
      }
    }
  }

  private static String noneMatches(String pattern, Set<String> parameters) {
    return "'" + pattern + "' matches no parameter; there are " + parameters.stream().limit(8).collect(Collectors.joining(", ")) + (parameters.size() > 8 ? ", ..." : "");
  }
}
