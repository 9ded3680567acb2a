package dlt.layer;

import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;

@Doc("The same layers several times, one after the other, each time with new weights. Parameters: `NAME.TIME.INDEX`.")
public record Repeat(@Doc("How often.") @Range(min = 1) int times, @Doc("The layers.") List<Placed> layers) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    for (int i = 0; i < times; i++) {
      x = scope.sequence(Integer.toString(i), layers, x);
    }
    return x;
  }
}
