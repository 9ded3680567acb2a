package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Map;

@Doc("Steps by the sign of the gradient, growing while it stays and shrinking when it turns; for whole data sets.")
public record Rprop(
    @Doc("Learning rate.") @Range(min = 0) @Default("1e-2") double lr,
    @Doc("What a step is multiplied by when the sign turns, and when it stays.") @Default("[0.5, 1.2]") Etas etas,
    @Doc("The smallest and the largest step.") @Default("[1e-6, 50]") StepSizes stepSizes,
    @Doc("Goes up instead of down.") @Default("false") boolean maximize,
    @Doc("Parameters with settings of their own.") @Default("[]") List<Group> groups)
    implements Optimizer {
  /// Factors of the step size: `minus` below 1, `plus` above.
  public record Etas(
      @Doc("Factor of decrease.") @Range(min = 0, max = 1) double minus,
      @Doc("Factor of increase.") @Range(min = 1) double plus) {}

  /// Limits of the step size.
  public record StepSizes(@Doc("Smallest.") @Range(min = 0) double min, @Doc("Largest.") @Range(min = 0) double max) {}

  @Override
  public void emit(OptimScope scope, Value parameter, Value gradient) {
    Value g = Steps.gradient(scope, gradient, maximize);
    Value before = scope.state("prev", parameter.shape(), 0);
    Value sizes = scope.state("step_size", parameter.shape(), lr);
    Value turn = scope.mul(g, before);
    Value zero = scope.scalar(0);
    Value factor = scope.where(scope.less(turn, zero), scope.scalar(etas.minus()),
        scope.where(scope.less(zero, turn), scope.scalar(etas.plus()), scope.scalar(1)));
    Value size = scope.min(scope.max(scope.mul(sizes, factor), stepSizes.min()), stepSizes.max());
    Value direction = scope.where(scope.less(turn, zero), zero, g);
    scope.assign(before, direction);
    scope.assign(sizes, size);
    scope.assign(parameter, scope.sub(parameter, scope.mul(scope.sign(direction), size)));
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    // the learning rate is where the steps start from, nothing else
    return Map.of();
  }
}
