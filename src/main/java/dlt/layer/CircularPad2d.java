package dlt.layer;

import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("Images [N, C, H, W] continued by the pixels of their other side.")
public record CircularPad2d(@Doc("[left, right, top, bottom], or one number for all.") Border padding) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.images(this, inputs);
    return PaddingMode.CIRCULAR.pad(scope, inputs.getFirst(), padding);
  }
}
