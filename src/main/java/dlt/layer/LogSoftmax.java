package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Value;
import java.util.List;

@Doc("The logarithm of softmax, without its rounding.")
public record LogSoftmax(@Doc("The dimension along which the numbers belong together.") @Default("1") int dim) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    return scope.logSoftmax(x, Expect.inSample(this, x.shape(), dim));
  }
}
