package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("Squared error divided by 2 beta where it is below beta, absolute error less beta / 2 elsewhere.")
public record SmoothL1(
    @Doc("Where the square ends; 0: l1.") @Range(min = 0) @Default("1") double beta,
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Distance {
  @Override
  public Value of(Emit g, Value difference) {
    Value d = g.abs(difference);
    return beta == 0 ? d : g.where(g.less(d, g.scalar(beta)), g.mul(g.square(d), 0.5 / beta), g.sub(d, 0.5 * beta));
  }
}
