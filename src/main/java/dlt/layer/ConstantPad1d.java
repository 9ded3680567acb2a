package dlt.layer;

import dlt.config.Doc;
import dlt.op.Pad;
import dlt.op.Value;
import java.util.List;

@Doc("One value at the ends of signals [N, C, L].")
public record ConstantPad1d(@Doc("[left, right], or one number for both.") Sides padding, @Doc("The value.") double value) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.signals(this, inputs);
    return scope.emit(new Pad(List.of(0, 0, padding.left()), List.of(0, 0, padding.right()), value), inputs.getFirst());
  }
}
