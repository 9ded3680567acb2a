package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("x / 6 + 1 / 2 between 0 and 1.")
public record Hardsigmoid() implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    // PyTorch's gradient has 1/6 as a float32 number even where it computes in float64
    double slope = 1f / 6f;
    Value clamped = Hardtanh.clamp(emit, emit.add(x, 3), 0, 6);
    return emit.add(emit.mul(clamped, slope), emit.detach(emit.mul(clamped, 1.0 / 6 - slope)));
  }
}
