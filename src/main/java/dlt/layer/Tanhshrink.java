package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("x - tanh(x).")
public record Tanhshrink() implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return emit.sub(x, emit.tanh(x));
  }
}
