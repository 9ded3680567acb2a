package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("Mean absolute error: |input - target|.")
public record L1(
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Distance {
  @Override
  public Value of(Emit g, Value difference) {
    return g.abs(difference);
  }
}
