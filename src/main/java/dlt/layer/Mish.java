package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("x * tanh(softplus(x)) (Misra, 2019).")
public record Mish() implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return emit.mul(x, emit.tanh(Softplus.of(emit, x, 1, 20)));
  }
}
