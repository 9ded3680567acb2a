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
    Value y = Elu.of(emit, x, alpha, alpha);
    double rounded = (float) alpha;
    if (rounded == alpha) {
      return y;
    }
    // PyTorch's gradient divides by alpha as a float32 number even where it computes in float64
    Value differentiated = Elu.of(emit, x, alpha, rounded);
    return emit.add(differentiated, emit.detach(emit.sub(y, differentiated)));
  }
}
