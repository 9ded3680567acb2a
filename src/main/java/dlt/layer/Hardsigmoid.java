package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("x / 6 + 1 / 2 between 0 and 1.")
public record Hardsigmoid() implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return emit.div(Hardtanh.clamp(emit, emit.add(x, 3), 0, 6), 6);
  }
}
