package dlt.optim;

import dlt.op.Emit;
import dlt.op.Value;
import java.util.HashMap;
import java.util.Map;

/// What the steps of several optimizers are made of.
final class Steps {
  private Steps() {}

  /// The direction to go down by.
  static Value gradient(Emit g, Value gradient, boolean maximize) {
    return maximize ? g.neg(gradient) : gradient;
  }

  /// The gradient with that of the L2 penalty.
  static Value decayed(Emit g, Value parameter, Value gradient, double weightDecay) {
    return weightDecay == 0 ? gradient : g.add(gradient, g.mul(parameter, weightDecay));
  }

  /// The parameter as weight decay shrinks it apart from its gradient. Asks for the scalar `keep`, 1 - lr * weight decay, unless that is 0.
  static Value shrunk(OptimScope scope, Value parameter, double weightDecay) {
    return weightDecay == 0 ? parameter : scope.mul(parameter, scope.scalar("keep"));
  }

  /// `from` moved towards `to` by `share` of the way.
  static Value lerp(Emit g, Value from, Value to, Value share) {
    return g.add(from, g.mul(g.sub(to, from), share));
  }

  /// The running average that keeps `kept` of what it was.
  static Value average(Emit g, Value average, Value next, double kept) {
    return g.add(g.mul(average, kept), g.mul(next, 1 - kept));
  }

  /// The running averages of the gradient and of its square.
  record Moments(Value mean, Value square) {}

  /// Adam's averages with the gradient `g` in them, which become the parameter's states `exp_avg` and `exp_avg_sq`. Asks for the
  /// scalar `first_share` ([#adam]).
  static Moments moments(OptimScope scope, Value g, Betas betas) {
    Value first = scope.state("exp_avg", g.shape(), 0);
    Value second = scope.state("exp_avg_sq", g.shape(), 0);
    Value mean = lerp(scope, first, g, scope.scalar("first_share"));
    Value square = average(scope, second, scope.square(g), betas.second());
    scope.assign(first, mean);
    scope.assign(second, square);
    return new Moments(mean, square);
  }

  /// The largest `square` so far (amsgrad), which becomes the parameter's state `max_exp_avg_sq`.
  static Value largest(OptimScope scope, Value square) {
    Value before = scope.state("max_exp_avg_sq", square.shape(), 0);
    Value r = scope.max(before, square);
    scope.assign(before, r);
    return r;
  }

  static Value rootMeanSquare(Emit g, Value x) {
    return g.sqrt(g.mean(g.square(x)));
  }

  /// What Adam and its kin are fed: `first_share`, the share of the gradient in its average; `step_size`, the rate over the bias
  /// correction of that average; `root_correction`, by which the root of the averaged square is corrected.
  static Map<String, Double> adam(Betas betas, long step, double lr) {
    Map<String, Double> r = new HashMap<>();
    r.put("first_share", 1 - betas.first());
    r.put("step_size", lr / (1 - Math.pow(betas.first(), step)));
    r.put("root_correction", 1 / Math.sqrt(1 - Math.pow(betas.second(), step)));
    return r;
  }

  static Map<String, Double> with(Map<String, Double> scalars, String name, double value) {
    scalars.put(name, value);
    return scalars;
  }
}
