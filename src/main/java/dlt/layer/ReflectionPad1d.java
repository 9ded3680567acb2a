package dlt.layer;

import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("Signals [N, C, L] continued by their mirror image at the outermost element, which is not repeated.")
public record ReflectionPad1d(@Doc("[left, right], or one number for both.") Sides padding) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.signals(this, inputs);
    return PaddingMode.REFLECT.pad(scope, inputs.getFirst(), padding);
  }
}
