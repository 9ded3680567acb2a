package dlt.layer;

import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("The input as it is; of use to name an output.")
public record Identity() implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    return inputs.getFirst();
  }
}
