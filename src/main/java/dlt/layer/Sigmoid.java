package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("1 / (1 + exp(-x)).")
public record Sigmoid() implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return emit.sigmoid(x);
  }
}
