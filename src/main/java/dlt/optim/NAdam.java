package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Key;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@Doc("Adam with Nesterov's momentum.")
@Key("nadam")
public record NAdam(
    @Doc("Learning rate.") @Range(min = 0) @Default("2e-3") double lr,
    @Doc("How much of the averages of gradients and of squares is kept.") @Default("[0.9, 0.999]") Betas betas,
    @Doc("Added to the denominator.") @Range(min = 0) @Default("1e-8") double eps,
    @Doc("L2 penalty.") @Range(min = 0) @Default("0") double weightDecay,
    @Doc("How fast momentum grows to its full size.") @Range(min = 0) @Default("4e-3") double momentumDecay,
    @Doc("Whether weight decay shrinks the parameters themselves, as in adamw.")
        @Default("false") boolean decoupledWeightDecay,
    @Doc("Goes up instead of down.") @Default("false") boolean maximize,
    @Doc("Parameters with settings of their own.") @Default("[]") List<Group> groups)
    implements Optimizer {
  @Override
  public void emit(OptimScope scope, Value parameter, Value gradient) {
    Value p = Steps.shrunk(scope, parameter, decoupledWeightDecay ? weightDecay : 0);
    Value g = Steps.decayed(scope, parameter, Steps.gradient(scope, gradient, maximize), decoupledWeightDecay ? 0 : weightDecay);
    Steps.Moments moments = Steps.moments(scope, g, betas);
    Value denominator = scope.add(scope.mul(scope.sqrt(moments.square()), scope.scalar("root_correction")), eps);
    Value direction = scope.add(scope.mul(g, scope.scalar("gradient_size")), scope.mul(moments.mean(), scope.scalar("step_size")));
    scope.assign(parameter, scope.sub(p, scope.div(direction, denominator)));
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    double mu = mu(step);
    double next = mu(step + 1);
    double growth = Math.pow(0.96, momentumDecay);
    double power = 1;
    double product = 1;
    // what is left of it after this many factors below beta no longer changes 1 - product
    for (long t = 1; t <= step && product > 1e-20; t++) {
      power *= growth;
      product *= betas.first() * (1 - 0.5 * power);
    }
    Map<String, Double> r = Steps.adam(betas, step, lr);
    r.put("gradient_size", lr * (1 - mu) / (1 - product));
    r.put("step_size", lr * next / (1 - product * next));
    r.put("keep", 1 - lr * weightDecay);
    return r;
  }

  private double mu(long step) {
    return betas.first() * (1 - 0.5 * Math.pow(0.96, step * momentumDecay));
  }

  @Override
  public Optional<Optimizer> withMomentum(double momentum) {
    return Optional.of(Settings.with(this, "betas", betas.withFirst(momentum)));
  }
}
