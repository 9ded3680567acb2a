package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("Mean squared error: (input - target)^2.")
public record Mse(
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Distance {
  @Override
  public Value of(Emit g, Value difference) {
    return g.square(difference);
  }
}
