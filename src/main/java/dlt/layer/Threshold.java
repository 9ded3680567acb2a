package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("x where it exceeds a threshold, else a value.")
public record Threshold(
    @Doc("The threshold.") double threshold,
    @Doc("What replaces x at and below it.") double value)
    implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return emit.where(emit.lessEqual(x, emit.scalar(threshold)), emit.scalar(value), x);
  }
}
