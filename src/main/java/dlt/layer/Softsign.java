package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("x / (1 + |x|).")
public record Softsign() implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return emit.div(x, emit.add(emit.abs(x), 1));
  }
}
