package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

@Doc("Joins dimensions into one: [N, C, H, W] becomes [N, C * H * W].")
public record Flatten(
    @Doc("First dimension that is joined.") @Default("1") int startDim, @Doc("Last dimension that is joined.") @Default("-1") int endDim)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = inputs.getFirst().shape();
    int start = Expect.inSample(this, x, startDim);
    int end = Expect.axis(this, x, endDim);
    if (start > end) {
      throw new ShapeException(kind(), "dimensions " + startDim + " to " + endDim + " met " + x);
    }
    List<Integer> r = new ArrayList<>(x.dims().subList(0, start));
    r.add(Math.toIntExact(x.size(start, end + 1)));
    r.addAll(x.dims().subList(end + 1, x.rank()));
    return scope.reshape(inputs.getFirst(), new Shape(r));
  }
}
