package dlt.layer;

import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("elu scaled so that mean 0 and variance 1 persist through layers (Klambauer et al., 2017).")
public record Selu() implements Activation {
  static final double ALPHA = 1.6732632423543772848170429916717;
  static final double SCALE = 1.0507009873554804934193349852946;

  @Override
  public Value of(Emit emit, Value x) {
    return emit.mul(Elu.of(emit, x, ALPHA, 1), SCALE);
  }
}
