package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("log(sigmoid(x)).")
public record LogSigmoid() implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return emit.neg(Softplus.of(emit, emit.neg(x), 1, 20));
  }
}
