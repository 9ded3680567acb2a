package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("Binary cross entropy of probabilities and answers 0 or 1 (or anything between); logarithms are at least -100.")
public record Bce(
    @Doc("A factor for each column, the last dimension of the output.") @Default("[]") List<Double> classWeights,
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    return Optional.of(Target.Numbers.probabilities(Targets.one(this, predictions)));
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value t = Targets.fit(g, this, predictions, target);
    Value yes = g.mul(t, g.max(g.log(x), -100));
    Value no = g.mul(g.sub(1, t), g.max(g.log1p(g.neg(x)), -100));
    // PyTorch's gradient, finite at 0 and 1, where that of the ops is not; its limit is a float
    Value slope = g.div(g.sub(x, t), g.max(g.mul(g.sub(1, x), x), 1e-12f));
    Value loss = g.withSlope(g.neg(g.add(yes, no)), x, slope);
    return reduction.apply(g, Targets.weighted(g, this, loss, classWeights));
  }
}
