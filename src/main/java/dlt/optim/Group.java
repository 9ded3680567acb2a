package dlt.optim;

import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

@Doc("Parameters with settings of their own, by name; what is left out is the optimizer's.")
public record Group(
    @Doc("A regular expression for the whole name of a parameter, such as 'backbone\\..*'; the first group that matches counts.")
        String match,
    @Doc("Their learning rate; schedules apply to it.") @Range(min = 0) Optional<Double> lr,
    @Doc("Their weight decay.") @Range(min = 0) Optional<Double> weightDecay,
    @Doc("Their momentum.") @Range(min = 0) Optional<Double> momentum,
    @Doc("Their dampening.") Optional<Double> dampening,
    @Doc("Whether theirs is Nesterov's momentum.") Optional<Boolean> nesterov,
    @Doc("Their betas.") Optional<Betas> betas,
    @Doc("What is added to their denominator.") @Range(min = 0) Optional<Double> eps,
    @Doc("Whether their denominator never shrinks.") Optional<Boolean> amsgrad,
    @Doc("Whether they go up instead of down.") Optional<Boolean> maximize) {
  public Group {
    try {
      Pattern.compile(match);
    } catch (PatternSyntaxException e) {
      throw new Invalid("match", "'" + match + "'", "a regular expression: " + e.getDescription());
    }
  }

  /// What is given, by the names of the optimizers' components.
  Map<String, Object> settings() {
    Map<String, Optional<?>> all = Map.of("lr", lr, "weightDecay", weightDecay, "momentum", momentum, "dampening", dampening, "nesterov", nesterov, "betas", betas,
        "eps", eps, "amsgrad", amsgrad, "maximize", maximize);
    Map<String, Object> r = new TreeMap<>();
    all.forEach((name, value) -> value.ifPresent(v -> r.put(name, v)));
    return r;
  }

  /// Whether a parameter of this name belongs to it.
  public boolean matches(String parameter) {
    return Pattern.matches(match, parameter);
  }
}
