package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Key;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@Doc("Adam whose weight decay shrinks the parameters themselves.")
@Key("adamw")
public record AdamW(
    @Doc("Learning rate.") @Range(min = 0) @Default("1e-3") double lr,
    @Doc("How much of the averages of gradients and of squares is kept.") @Default("[0.9, 0.999]") Betas betas,
    @Doc("Added to the denominator.") @Range(min = 0) @Default("1e-8") double eps,
    @Doc("How much of a parameter is taken off at each step, times the learning rate.")
        @Range(min = 0) @Default("1e-2") double weightDecay,
    @Doc("Whether the denominator never shrinks.") @Default("false") boolean amsgrad,
    @Doc("Goes up instead of down.") @Default("false") boolean maximize,
    @Doc("Parameters with settings of their own.") @Default("[]") List<Group> groups)
    implements Optimizer {
  @Override
  public void emit(OptimScope scope, Value parameter, Value gradient) {
    Value g = Steps.gradient(scope, gradient, maximize);
    Value p = Steps.shrunk(scope, parameter, weightDecay);
    Steps.Moments moments = Steps.moments(scope, g, betas);
    Value square = amsgrad ? Steps.largest(scope, moments.square()) : moments.square();
    Value denominator = scope.add(scope.mul(scope.sqrt(square), scope.scalar("root_correction")), eps);
    scope.assign(parameter, scope.sub(p, scope.div(scope.mul(moments.mean(), scope.scalar("step_size")), denominator)));
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    return Steps.with(Steps.adam(betas, step, lr), "keep", 1 - lr * weightDecay);
  }

  @Override
  public Optional<Optimizer> withMomentum(double momentum) {
    return Optional.of(Settings.with(this, "betas", betas.withFirst(momentum)));
  }
}
