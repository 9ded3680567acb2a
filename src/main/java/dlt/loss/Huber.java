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

@Doc("Half the squared error up to delta, delta times the absolute error less delta / 2 beyond.")
public record Huber(
    @Doc("Where the square ends.") @Range(min = 0, minExclusive = true) @Default("1") double delta,
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    return Optional.of(Target.Numbers.any(Targets.one(this, predictions)));
  }

  @Override
  public boolean inTargetUnits() {
    return true;
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value t = Targets.fit(g, this, predictions, target);
    Value d = g.abs(g.sub(x, t));
    Value line = g.mul(g.sub(d, 0.5 * delta), delta);
    return reduction.apply(g, g.where(g.lessEqual(d, g.scalar(delta)), g.mul(g.square(d), 0.5), line));
  }
}
