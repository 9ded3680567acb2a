package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("The distance from 0.")
public record Abs() implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return emit.abs(x);
  }
}
