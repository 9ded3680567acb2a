package dlt.layer;

import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("One output minus another, element by element; dimensions of size 1 are repeated: `sub: {from: [a, b]}`.")
public record Sub() implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.two(this, inputs, "subtracts two outputs", "a, b");
    return scope.sub(inputs.get(0), inputs.get(1));
  }

  @Override
  public boolean takesSeveral() {
    return true;
  }
}
