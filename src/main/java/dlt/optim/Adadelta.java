package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Map;

@Doc("The gradient times the root of the averaged squares of steps over that of gradients.")
public record Adadelta(
    @Doc("Learning rate.") @Range(min = 0) @Default("1") double lr,
    @Doc("How much of the averages is kept.") @Range(min = 0, max = 1) @Default("0.9") double rho,
    @Doc("Added to the denominator.") @Range(min = 0) @Default("1e-6") double eps,
    @Doc("L2 penalty.") @Range(min = 0) @Default("0") double weightDecay,
    @Doc("Goes up instead of down.") @Default("false") boolean maximize,
    @Doc("Parameters with settings of their own.") @Default("[]") List<Group> groups)
    implements Optimizer {
  @Override
  public void emit(OptimScope scope, Value parameter, Value gradient) {
    Value g = Steps.decayed(scope, parameter, Steps.gradient(scope, gradient, maximize), weightDecay);
    Value second = scope.state("square_avg", parameter.shape(), 0);
    Value steps = scope.state("acc_delta", parameter.shape(), 0);
    Value square = Steps.average(scope, second, scope.square(g), rho);
    Value ratio = scope.div(scope.sqrt(scope.add(steps, eps)), scope.sqrt(scope.add(square, eps)));
    Value delta = scope.mul(ratio, g);
    scope.assign(second, square);
    scope.assign(steps, Steps.average(scope, steps, scope.square(delta), rho));
    scope.assign(parameter, scope.sub(parameter, scope.mul(delta, scope.scalar("lr"))));
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    return Map.of("lr", lr);
  }
}
