package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Key;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@Doc("The gradient over the root of its averaged square.")
@Key("rmsprop")
public record RmsProp(
    @Doc("Learning rate.") @Range(min = 0) @Default("1e-2") double lr,
    @Doc("How much of the averaged square is kept.") @Range(min = 0) @Default("0.99") double alpha,
    @Doc("Added to the denominator.") @Range(min = 0) @Default("1e-8") double eps,
    @Doc("L2 penalty.") @Range(min = 0) @Default("0") double weightDecay,
    @Doc("How much of the last step's direction is kept.") @Range(min = 0) @Default("0") double momentum,
    @Doc("Whether the square of the averaged gradient is taken off: the variance.") @Default("false") boolean centered,
    @Doc("Goes up instead of down.") @Default("false") boolean maximize,
    @Doc("Parameters with settings of their own.") @Default("[]") List<Group> groups)
    implements Optimizer {
  @Override
  public void emit(OptimScope scope, Value parameter, Value gradient) {
    Value g = Steps.decayed(scope, parameter, Steps.gradient(scope, gradient, maximize), weightDecay);
    Value second = scope.state("square_avg", parameter.shape(), 0);
    Value square = Steps.average(scope, second, scope.square(g), alpha);
    scope.assign(second, square);
    Value spread = square;
    if (centered) {
      Value first = scope.state("grad_avg", parameter.shape(), 0);
      Value mean = Steps.average(scope, first, g, alpha);
      scope.assign(first, mean);
      spread = scope.max(scope.sub(square, scope.square(mean)), 0);
    }
    Value direction = scope.div(g, scope.add(scope.sqrt(spread), eps));
    if (momentum != 0) {
      Value kept = scope.state("momentum_buffer", parameter.shape(), 0);
      direction = scope.add(scope.mul(kept, scope.scalar("momentum")), direction);
      scope.assign(kept, direction);
    }
    scope.assign(parameter, scope.sub(parameter, scope.mul(direction, scope.scalar("lr"))));
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    return Map.of("lr", lr, "momentum", momentum);
  }

  @Override
  public Optional<Optimizer> withMomentum(double momentum) {
    return Optional.of(Settings.with(this, "momentum", momentum));
  }
}
