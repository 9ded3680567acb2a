package dlt.layer;

import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("The sum of several outputs, element by element; dimensions of size 1 are repeated.")
public record Add() implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.several(this, inputs);
    return inputs.stream().reduce(scope::add).orElseThrow();
  }

  @Override
  public boolean takesSeveral() {
    return true;
  }
}
