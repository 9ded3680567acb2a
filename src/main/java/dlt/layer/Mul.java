package dlt.layer;

import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("The product of several outputs, element by element; dimensions of size 1 are repeated.")
public record Mul() implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.several(this, inputs);
    return inputs.stream().reduce(scope::mul).orElseThrow();
  }

  @Override
  public boolean takesSeveral() {
    return true;
  }
}
