package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("The cosine of the angle between two outputs along a dimension: `cosine_similarity: {from: [a, b]}`.")
public record CosineSimilarity(
    @Doc("The dimension, which disappears.") @Default("1") int dim,
    @Doc("The least length that is divided by.") @Default("1e-8") @Range(min = 0) double eps)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.two(this, inputs, "compares two outputs", "a, b");
    Value a = inputs.get(0);
    Value b = inputs.get(1);
    Shape shape = Shape.broadcast(a.shape(), b.shape());
    if (shape == null) {
      throw new ShapeException(kind(), a.shape() + " met " + b.shape() + ", which do not broadcast");
    }
    List<Integer> along = List.of(Expect.inSample(this, shape, dim));
    return scope.sum(scope.mul(direction(scope, scope.expand(a, shape), along), direction(scope, scope.expand(b, shape), along)), along, false);
  }

  private Value direction(LayerScope scope, Value x, List<Integer> along) {
    return scope.div(x, scope.max(scope.sqrt(scope.sum(scope.square(x), along, true)), eps));
  }

  @Override
  public boolean takesSeveral() {
    return true;
  }
}
