package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("x times hardsigmoid of x (Howard et al., 2019).")
public record Hardswish() implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return emit.mul(x, emit.div(Hardtanh.clamp(emit, emit.add(x, 3), 0, 6), 6));
  }
}
