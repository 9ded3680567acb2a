package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@Doc("Steps of the size of the averaged gradient over the root of its averaged square.")
public record Adam(
    @Doc("Learning rate.") @Range(min = 0) @Default("1e-3") double lr,
    @Doc("How much of the averages of gradients and of squares is kept.") @Default("[0.9, 0.999]") Betas betas,
    @Doc("Added to the denominator.") @Range(min = 0) @Default("1e-8") double eps,
    @Doc("L2 penalty.") @Range(min = 0) @Default("0") double weightDecay,
    @Doc("Whether the denominator never shrinks.") @Default("false") boolean amsgrad,
    @Doc("Goes up instead of down.") @Default("false") boolean maximize,
    @Doc("Parameters with settings of their own.") @Default("[]") List<Group> groups)
    implements Optimizer {
  @Override
  public void emit(OptimScope scope, Value parameter, Value gradient) {
    Value g = Steps.decayed(scope, parameter, Steps.gradient(scope, gradient, maximize), weightDecay);
    Steps.Moments moments = Steps.moments(scope, g, betas);
    Value square = amsgrad ? Steps.largest(scope, moments.square()) : moments.square();
    Value denominator = scope.add(scope.mul(scope.sqrt(square), scope.scalar("root_correction")), eps);
    scope.assign(parameter, scope.sub(parameter, scope.div(scope.mul(moments.mean(), scope.scalar("step_size")), denominator)));
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    return Steps.adam(betas, step, lr);
  }

  @Override
  public Optional<Optimizer> withMomentum(double momentum) {
    return Optional.of(Settings.with(this, "betas", betas.withFirst(momentum)));
  }
}
