package dlt.layer;

import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

/// Parameters are named `<module>.<index>`, wherever the layer stands.
@Doc("One of the file's modules: layers with the same weights wherever they are used.")
public record Shared(@Doc("The module's name.") String module, @Doc("Its layers.") List<Placed> layers) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    return scope.module(module, layers, inputs.getFirst());
  }
}
