package dlt.train;

import dlt.config.ConfigException;
import dlt.config.Diagnostic;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Weights;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Weights that a model starts from instead of random numbers.
final class PretrainedWeights {
  private PretrainedWeights() {}

  /// Reads what `model.init` names into `variables`. Throws [ConfigException] where names or shapes do not fit.
  static void load(ExperimentFile file, Variables variables) {
    if (file.experiment().model().init().isEmpty()) {
      return;
    }
    Weights init = file.experiment().model().init().get();
    Path path = file.base().resolve(init.weights());
    Map<String, HostTensor> values = new LinkedHashMap<>();
    Safetensors.read(path).forEach((name, t) -> values.put(init.renamed(name), t));
    List<String> problems = new ArrayList<>();
    variables.load(values, false, problem -> {
      if (init.strict() || !problem.endsWith("is missing")) {
        problems.add(problem);
      }
    });
    if (init.strict()) {
      values.keySet().stream()
          .filter(name -> !variables.weightNames().contains(name) && !name.endsWith("num_batches_tracked"))
          .forEach(name -> problems.add(name + " is not in the model"));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(List.of(new Diagnostic(file.bound().at(init, "weights"),
          path + " does not fit the model: " + String.join("; ", problems.stream().limit(5).toList())
              + (problems.size() > 5 ? "; and " + (problems.size() - 5) + " more" : ""),
          "rename: {pattern: replacement} maps names; strict: false takes what fits")));
    }
  }
}
