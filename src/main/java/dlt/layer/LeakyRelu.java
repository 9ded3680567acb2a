package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("x where positive, else x times a small slope.")
public record LeakyRelu(@Doc("Slope on the negative side.") @Default("0.01") double negativeSlope) implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return emit.where(emit.greater(x, emit.scalar(0)), x, emit.mul(x, negativeSlope));
  }
}
