package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("Negative log likelihood of counts under a Poisson distribution whose rate (or its logarithm) is the input.")
public record PoissonNll(
    @Doc("Whether the input is the logarithm of the rate.") @Default("true") boolean logInput,
    @Doc("Whether Stirling's approximation of log(target!) is added.") @Default("false") boolean full,
    @Doc("Added to a rate before its logarithm is taken.") @Range(min = 0) @Default("1e-8") double eps,
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    return Optional.of(new Target.Numbers(Targets.one(this, predictions), 0, Double.POSITIVE_INFINITY));
  }

  @Override
  public Activation activation() {
    return logInput ? Activation.EXP : Activation.NONE;
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value t = Targets.fit(g, this, predictions, target);
    Value loss = logInput ? g.sub(g.exp(x), g.mul(t, x)) : g.sub(x, g.mul(t, g.log(g.add(x, eps))));
    if (full) {
      Value many = g.less(g.scalar(1), t);
      Value n = g.where(many, t, g.scalar(1));
      Value stirling = g.add(g.sub(g.mul(n, g.log(n)), n), g.mul(g.log(g.mul(n, 2 * Math.PI)), 0.5));
      loss = g.add(loss, g.where(many, stirling, g.scalar(0)));
    }
    return reduction.apply(g, loss);
  }
}
