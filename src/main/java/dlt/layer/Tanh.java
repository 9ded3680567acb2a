package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("The hyperbolic tangent.")
public record Tanh() implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return emit.tanh(x);
  }
}
