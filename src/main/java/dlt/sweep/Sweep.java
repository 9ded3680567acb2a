package dlt.sweep;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import java.util.Map;
import java.util.Optional;

@Doc("What `dlt sweep` varies, and how. Trials are compared by `select`.")
public record Sweep(
    @Doc("The keys that are varied, as `--set` takes them.") Map<String, Parameter> parameters,
    @Doc("How their values are chosen.") @Default("{tpe: 20}") Method method,
    @Doc("Ends trials that look poor before their last epoch.") Optional<Halving> halving,
    @Doc("Trials that run at the same time, each with its share of the threads.") @Default("1") @Range(min = 1) int parallel,
    @Doc("Begins no trial after so many minutes, those before a resume included. What each trial may take says training.budget.") @Range(min = 0, minExclusive = true) Optional<Double> minutes) {
  public Sweep {
    if (parameters.isEmpty()) {
      throw new Invalid("parameters", "none", "at least one key, such as optimizer.adam.lr: {log: [1e-4, 1e-1]}");
    }
    parameters.forEach((name, p) -> p.when().keySet().forEach(other -> {
      if (!parameters.containsKey(other) || other.equals(name)) {
        throw new Invalid("parameters", "`" + name + "` depends on `" + other + "`", "another of the parameters: " + String.join(", ", parameters.keySet()));
      }
    }));
    if (halving.isPresent() && method instanceof Method.Tpe) {
      throw new Invalid("halving", "halving beside tpe, which needs every trial to its end", "`method: {random: N}` or `method: grid`");
    }
  }
}
