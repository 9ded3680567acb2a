package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.ShapeException;
import dlt.op.Value;
import java.util.List;

@Doc("One slice along a dimension, which disappears: `select: -1` is the last step of a sequence [N, T, F].")
public record Select(
    @Doc("Which slice; negative counts from the end.") int index, @Doc("The dimension.") @Default("1") int dim) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    int axis = Expect.inSample(this, x.shape(), dim);
    int size = x.shape().dim(axis);
    if (index < -size || index >= size) {
      throw new ShapeException(kind(), "slice " + index + " of dimension " + dim + " met " + x.shape());
    }
    return scope.reshape(scope.slice(x, axis, Math.floorMod(index, size), 1), x.shape().without(axis));
  }
}
