package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("min(max(0, x), 6).")
public record Relu6() implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return Hardtanh.clamp(emit, x, 0, 6);
  }
}
