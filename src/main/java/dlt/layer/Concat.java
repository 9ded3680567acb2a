package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("Several outputs one after the other along a dimension: `concat: {from: [x, skip]}`.")
public record Concat(@Doc("The dimension; 1 is the channels.") @Default("1") int dim) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.several(this, inputs);
    return scope.concat(inputs, Expect.inSample(this, inputs.getFirst().shape(), dim));
  }

  @Override
  public boolean takesSeveral() {
    return true;
  }
}
