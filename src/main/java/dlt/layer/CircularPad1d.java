package dlt.layer;

import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("Signals [N, C, L] continued by their other end.")
public record CircularPad1d(@Doc("[left, right], or one number for both.") Sides padding) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.signals(this, inputs);
    return PaddingMode.CIRCULAR.pad(scope, inputs.getFirst(), padding);
  }
}
