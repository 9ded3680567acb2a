package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Key;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@Doc("Adam that leaves the denominator out until the averaged square is known well enough.")
@Key("radam")
public record RAdam(
    @Doc("Learning rate.") @Range(min = 0) @Default("1e-3") double lr,
    @Doc("How much of the averages of gradients and of squares is kept.") @Default("[0.9, 0.999]") Betas betas,
    @Doc("Added to the denominator.") @Range(min = 0) @Default("1e-8") double eps,
    @Doc("L2 penalty.") @Range(min = 0) @Default("0") double weightDecay,
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
    // one of the two sizes is 0 at each step
    Value adaptive = scope.div(scope.scalar("adaptive_size"), scope.add(scope.sqrt(moments.square()), eps));
    scope.assign(parameter, scope.sub(p, scope.mul(moments.mean(), scope.add(adaptive, scope.scalar("plain_size")))));
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    double decay = Math.pow(betas.second(), step);
    double correction = 1 - decay;
    double size = lr / (1 - Math.pow(betas.first(), step));
    double longest = 2 / (1 - betas.second()) - 1;
    double length = longest - 2 * step * decay / correction;
    Map<String, Double> r = Steps.adam(betas, step, lr);
    if (length > 5) {
      double rectified = Math.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
      r.put("adaptive_size", size * rectified * Math.sqrt(correction));
      r.put("plain_size", 0.0);
    } else {
      r.put("adaptive_size", 0.0);
      r.put("plain_size", size);
    }
    r.put("keep", 1 - lr * weightDecay);
    return r;
  }

  @Override
  public Optional<Optimizer> withMomentum(double momentum) {
    return Optional.of(Settings.with(this, "betas", betas.withFirst(momentum)));
  }
}
