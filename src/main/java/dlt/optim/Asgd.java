package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Map;

@Doc("Averaged stochastic gradient descent.")
public record Asgd(
    @Doc("Learning rate.") @Range(min = 0) @Default("1e-2") double lr,
    @Doc("How fast the rate decays.") @Default("1e-4") double lambd,
    @Doc("The power of the decay.") @Default("0.75") double alpha,
    @Doc("The step at which averaging starts.") @Default("1e6") double t0,
    @Doc("L2 penalty.") @Range(min = 0) @Default("0") double weightDecay,
    @Doc("Goes up instead of down.") @Default("false") boolean maximize,
    @Doc("Parameters with settings of their own.") @Default("[]") List<Group> groups)
    implements Optimizer {
  @Override
  public void emit(OptimScope scope, Value parameter, Value gradient) {
    Value g = Steps.decayed(scope, parameter, Steps.gradient(scope, gradient, maximize), weightDecay);
    Value next = scope.sub(scope.mul(parameter, scope.scalar("keep")), scope.mul(g, scope.scalar("eta")));
    Value average = scope.state("ax", parameter.shape(), 0);
    scope.assign(average, Steps.lerp(scope, average, next, scope.scalar("mu")));
    scope.assign(parameter, next);
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    // PyTorch keeps it as a float
    double eta = (float) (lr / Math.pow(1 + lambd * lr * (step - 1), alpha));
    return Map.of("eta", eta, "keep", 1 - lambd * eta, "mu", 1 / Math.max(1, step - 1 - t0));
  }
}
