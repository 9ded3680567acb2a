package dlt.layer;

import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("Zeros at the ends of signals [N, C, L].")
public record ZeroPad1d(@Doc("[left, right], or one number for both.") Sides padding) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.signals(this, inputs);
    return PaddingMode.ZEROS.pad(scope, inputs.getFirst(), padding);
  }
}
