package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("x where positive, else alpha * (exp(x / alpha) - 1): smooth for every alpha.")
public record Celu(
    @Doc("What large negative numbers approach, negated.") @Default("1") @Range(min = 0, minExclusive = true) double alpha)
    implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return Elu.of(emit, x, alpha, alpha);
  }
}
