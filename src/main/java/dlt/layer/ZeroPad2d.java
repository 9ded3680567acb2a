package dlt.layer;

import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("Zeros around images [N, C, H, W].")
public record ZeroPad2d(@Doc("[left, right, top, bottom], or one number for all.") Border padding) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.images(this, inputs);
    return PaddingMode.ZEROS.pad(scope, inputs.getFirst(), padding);
  }
}
