package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.ShapeException;
import dlt.op.Value;
import java.util.List;

@Doc("The first half along a dimension times the sigmoid of the second half (Dauphin et al., 2016).")
public record Glu(@Doc("The dimension that is halved.") @Default("-1") int dim) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    int axis = Expect.inSample(this, x.shape(), dim);
    int size = x.shape().dim(axis);
    if (size % 2 != 0) {
      throw new ShapeException(kind(), "halves dimension " + dim + ", met " + x.shape());
    }
    return scope.mul(scope.slice(x, axis, 0, size / 2), scope.sigmoid(scope.slice(x, axis, size / 2, size / 2)));
  }
}
