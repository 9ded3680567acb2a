package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.ShapeException;
import dlt.op.Value;
import java.util.List;

@Doc("One slice along a dimension, which disappears: `select: 0` is the first step [N, F] of a sequence [N, T, F], `select: -1` the last one, `select: {index: 2, dim: 2}` the third number of each step, [N, T].")
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
