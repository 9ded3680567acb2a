package dlt.layer;

import dlt.config.Doc;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

@Doc("Splits a dimension into several.")
public record Unflatten(
    @Doc("The dimension that is split.") int dim, @Doc("The sizes it is split into; one may be -1.") List<Integer> unflattenedSize)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = inputs.getFirst().shape();
    int axis = Expect.inSample(this, x, dim);
    List<Integer> r = new ArrayList<>(x.dims().subList(0, axis));
    r.addAll(Reshape.fill(this, unflattenedSize, x.dim(axis)));
    r.addAll(x.dims().subList(axis + 1, x.rank()));
    return scope.reshape(inputs.getFirst(), new Shape(r));
  }
}
