package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Map;

@Doc("The gradient over the root of the sum of its squares.")
public record Adagrad(
    @Doc("Learning rate.") @Range(min = 0) @Default("1e-2") double lr,
    @Doc("How fast the rate decays.") @Range(min = 0) @Default("0") double lrDecay,
    @Doc("L2 penalty.") @Range(min = 0) @Default("0") double weightDecay,
    @Doc("What the sums start from.") @Range(min = 0) @Default("0") double initialAccumulatorValue,
    @Doc("Added to the denominator.") @Range(min = 0) @Default("1e-10") double eps,
    @Doc("Goes up instead of down.") @Default("false") boolean maximize,
    @Doc("Parameters with settings of their own.") @Default("[]") List<Group> groups)
    implements Optimizer {
  @Override
  public void emit(OptimScope scope, Value parameter, Value gradient) {
    Value g = Steps.decayed(scope, parameter, Steps.gradient(scope, gradient, maximize), weightDecay);
    Value before = scope.state("sum", parameter.shape(), initialAccumulatorValue);
    Value sum = scope.add(before, scope.square(g));
    scope.assign(before, sum);
    Value denominator = scope.add(scope.sqrt(sum), eps);
    scope.assign(parameter, scope.sub(parameter, scope.div(scope.mul(g, scope.scalar("lr")), denominator)));
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    return Map.of("lr", lr / (1 + (step - 1) * lrDecay));
  }
}
