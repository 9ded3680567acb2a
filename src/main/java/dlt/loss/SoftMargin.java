package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("log(1 + exp(-target input)) of scores and answers 1 or -1.")
public record SoftMargin(
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    return Optional.of(new Target.Signs(Targets.one(this, predictions)));
  }

  @Override
  public Optional<Value> decision(Emit g, List<Value> predictions) {
    return Optional.of(predictions.getFirst());
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value t = Targets.fit(g, this, predictions, target);
    return reduction.apply(g, Terms.softplus(g, g.neg(g.mul(t, x))));
  }
}
