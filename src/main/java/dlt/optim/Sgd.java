package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@Doc("Stochastic gradient descent, with momentum if wanted.")
public record Sgd(
    @Doc("Learning rate.") @Range(min = 0) @Default("1e-3") double lr,
    @Doc("How much of the last step's direction is kept.") @Range(min = 0) @Default("0") double momentum,
    @Doc("The share of the gradient that momentum leaves out.") @Default("0") double dampening,
    @Doc("L2 penalty.") @Range(min = 0) @Default("0") double weightDecay,
    @Doc("Nesterov's momentum.") @Default("false") boolean nesterov,
    @Doc("Goes up instead of down.") @Default("false") boolean maximize,
    @Doc("Parameters with settings of their own.") @Default("[]") List<Group> groups)
    implements Optimizer {
  @Override
  public void emit(OptimScope scope, Value parameter, Value gradient) {
    scope.assign(parameter, scope.sub(parameter, scope.mul(scope.scalar("lr"), gradient)));
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    return Map.of("lr", lr);
  }

  @Override
  public Optional<Optimizer> withMomentum(double momentum) {
    return Optional.of(Settings.with(this, "momentum", momentum));
  }
}
