package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("x where |x| exceeds lambd, else 0.")
public record Hardshrink(@Doc("What is still 0.") @Default("0.5") @Range(min = 0) double lambd) implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return emit.where(emit.lessEqual(emit.abs(x), emit.scalar(lambd)), emit.scalar(0), x);
  }
}
