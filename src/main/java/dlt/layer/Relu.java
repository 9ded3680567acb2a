package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("max(0, x).")
public record Relu() implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return emit.relu(x);
  }
}
