package dlt.layer;

import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("Images [N, C, H, W] continued by their outermost pixel.")
public record ReplicationPad2d(@Doc("[left, right, top, bottom], or one number for all.") Border padding) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.images(this, inputs);
    return PaddingMode.REPLICATE.pad(scope, inputs.getFirst(), padding);
  }
}
