package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("softmax of -x.")
public record Softmin(@Doc("The dimension along which the numbers belong together.") @Default("1") int dim) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    return scope.softmax(scope.neg(x), Expect.inSample(this, x.shape(), dim));
  }
}
