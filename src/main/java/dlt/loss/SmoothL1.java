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

@Doc("Squared error divided by 2 beta where it is below beta, absolute error less beta / 2 elsewhere.")
public record SmoothL1(
    @Doc("Where the square ends; 0: l1.") @Range(min = 0) @Default("1") double beta,
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
    if (beta == 0) {
      return reduction.apply(g, d);
    }
    return reduction.apply(g, g.where(g.less(d, g.scalar(beta)), g.mul(g.square(d), 0.5 / beta), g.sub(d, 0.5 * beta)));
  }
}
