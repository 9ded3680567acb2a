package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import java.util.List;

@Doc("Some slices next to each other along a dimension: `narrow: {start: 0, length: 3}` are the first three channels of [N, C, ...].")
public record Narrow(
    @Doc("The first slice; negative counts from the end.") int start,
    @Doc("How many.") @Range(min = 1) int length,
    @Doc("The dimension.") @Default("1") int dim)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    int axis = Expect.inSample(this, x.shape(), dim);
    int size = x.shape().dim(axis);
    int first = start < 0 ? start + size : start;
    if (first < 0 || first > size - length) {
      throw new ShapeException(kind(), "slices " + start + " and on, " + length + " of them, of dimension " + dim + " met " + x.shape());
    }
    return scope.slice(x, axis, first, length);
  }
}
