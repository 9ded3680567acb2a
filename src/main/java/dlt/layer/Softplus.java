package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("log(1 + exp(beta * x)) / beta; x itself where beta * x exceeds the threshold.")
public record Softplus(
    @Doc("Sharpness.") @Default("1") @Range(min = 0, minExclusive = true) double beta,
    @Doc("Where it goes over to x.") @Default("20") double threshold)
    implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return of(emit, x, beta, threshold);
  }

  /// As the layer, for other layers.
  static Value of(Emit emit, Value x, double beta, double threshold) {
    Value scaled = emit.mul(x, beta);
    Value large = emit.greater(scaled, emit.scalar(threshold));
    // exp of a large number that is not chosen would make its gradient NaN
    Value small = emit.where(large, emit.scalar(0), scaled);
    return emit.where(large, x, emit.div(emit.log1p(emit.exp(small)), beta));
  }
}
