package dlt.sweep;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

@Doc("What `dlt sweep` varies, and how. Trials are compared by `select`.")
public record Sweep(
    @Doc("The keys that are varied, as `--set` takes them.") Map<String, Parameter> parameters,
    @Doc("How their values are chosen.") @Default("{tpe: 20}") Method method,
    @Doc("Ends trials that look poor before their last epoch.") Optional<Halving> halving,
    @Doc("Trials that run at the same time, each with its share of the threads.") @Default("1") @Range(min = 1) int parallel,
    @Doc("Begins no trial after so many minutes, those before a resume included. What each trial may take says training.budget.") @Range(min = 0, minExclusive = true) Optional<Double> minutes) {
  /// A sweep of more is a mistake: even the list of them would fill the memory.
  private static final int MOST_TRIALS = 100_000;

  public Sweep {
    if (parameters.isEmpty()) {
      throw new Invalid("parameters", "none", "at least one key, such as optimizer.adam.lr: {log: [1e-4, 1e-1]}");
    }
    Set<String> before = new LinkedHashSet<>();
    parameters.forEach((name, p) -> {
      p.when().keySet().stream().filter(other -> !before.contains(other)).findFirst().ifPresent(other -> {
        throw new Invalid("parameters", "`" + name + "`, which depends on `" + other + "`", "one of the parameters before it: " + (before.isEmpty() ? "there are none" : String.join(", ", before)));
      });
      before.add(name);
    });
    switch (method) {
      case Method.Grid _ -> requireFew("parameters", "a grid", parameters.values().stream().mapToDouble(p -> p.domain().gridPoints()).reduce(1, (a, b) -> a * b));
      case Method.Random m -> requireFew("method", "random", m.trials());
      case Method.Tpe m -> requireFew("method", "tpe", m.trials());
    }
    if (halving.isPresent() && method instanceof Method.Tpe) {
      throw new Invalid("halving", "halving beside tpe, which needs every trial to its end", "`method: {random: N}` or `method: grid`");
    }
  }

  /// How many trials there are to be.
  public int trials() {
    return switch (method) {
      case Method.Grid _ -> new Proposals(this, 0).grid().size();
      case Method.Random r -> r.trials();
      case Method.Tpe t -> t.trials();
    };
  }

  private static void requireFew(String component, String what, double trials) {
    if (trials > MOST_TRIALS) {
      throw new Invalid(component, String.format(Locale.ROOT, "%s of %.0f trials", what, trials), "at most " + MOST_TRIALS + "; `method: {random: N}` takes N of them");
    }
  }
}
