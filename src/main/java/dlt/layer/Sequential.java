package dlt.layer;

import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("Layers one after the other.")
public record Sequential(@Doc("The layers.") List<Placed> layers) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    return scope.sequence("", layers, inputs.getFirst());
  }
}
