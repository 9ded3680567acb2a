package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("x * sigmoid(x), also called swish.")
public record Silu() implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return emit.mul(x, emit.sigmoid(x));
  }
}
