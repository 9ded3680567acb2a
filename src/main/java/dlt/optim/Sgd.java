package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@Doc("Stochastic gradient descent, with momentum if wanted.")
public record Sgd(
    @Doc("Learning rate.") @Range(min = 0) @Default("1e-3") double lr,
    @Doc("How much of the last step's direction is kept.") @Range(min = 0) @Default("0") double momentum,
    @Doc("The share of the gradient that does not enter the momentum.") @Default("0") double dampening,
    @Doc("L2 penalty.") @Range(min = 0) @Default("0") double weightDecay,
    @Doc("Nesterov's momentum.") @Default("false") boolean nesterov,
    @Doc("Goes up instead of down.") @Default("false") boolean maximize,
    @Doc("Parameters with settings of their own.") @Default("[]") List<Group> groups)
    implements Optimizer {
  public Sgd {
    if (nesterov && (momentum <= 0 || dampening != 0)) {
      throw new Invalid("nesterov", "nesterov with momentum " + momentum + " and dampening " + dampening,
          "a momentum above 0 and no dampening");
    }
  }

  @Override
  public void emit(OptimScope scope, Value parameter, Value gradient) {
    Value g = Steps.decayed(scope, parameter, Steps.gradient(scope, gradient, maximize), weightDecay);
    if (momentum != 0) {
      Value kept = scope.state("momentum_buffer", parameter.shape(), 0);
      Value share = dampening == 0 ? g : scope.mul(g, scope.scalar("share"));
      Value buffer = scope.add(scope.mul(kept, scope.scalar("momentum")), share);
      scope.assign(kept, buffer);
      g = nesterov ? scope.add(g, scope.mul(buffer, scope.scalar("momentum"))) : buffer;
    }
    scope.assign(parameter, scope.sub(parameter, scope.mul(g, scope.scalar("lr"))));
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    // the first direction is the gradient itself, whatever the dampening
    return Map.of("lr", lr, "momentum", momentum, "share", step == 1 ? 1 : 1 - dampening);
  }

  @Override
  public Optional<Optimizer> withMomentum(double momentum) {
    return Optional.of(Settings.with(this, "momentum", momentum));
  }
}
