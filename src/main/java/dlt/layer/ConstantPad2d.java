package dlt.layer;

import dlt.config.Doc;
import dlt.op.Pad;
import dlt.op.Value;
import java.util.List;

@Doc("One value around images [N, C, H, W].")
public record ConstantPad2d(
    @Doc("[left, right, top, bottom], or one number for all.") Border padding, @Doc("The value.") double value)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.images(this, inputs);
    Pad pad = new Pad(List.of(0, 0, padding.top(), padding.left()), List.of(0, 0, padding.bottom(), padding.right()), value);
    return scope.emit(pad, inputs.getFirst());
  }
}
