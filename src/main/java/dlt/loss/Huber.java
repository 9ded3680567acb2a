package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("Half the squared error up to delta, delta times the absolute error less delta / 2 beyond.")
public record Huber(
    @Doc("Where the square ends.") @Range(min = 0, minExclusive = true) @Default("1") double delta,
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Distance {
  @Override
  public Value of(Emit g, Value difference) {
    Value d = g.abs(difference);
    Value line = g.mul(g.sub(d, 0.5 * delta), delta);
    return g.where(g.lessEqual(d, g.scalar(delta)), g.mul(g.square(d), 0.5), line);
  }
}
