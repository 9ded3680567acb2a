package dlt.layer;

import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

/// A layer around another one, whose parameter `weight` it computes from parameters of its own.
sealed interface Parametrization extends Layer permits WeightNorm, SpectralNorm {
  /// The layer inside.
  Layer layer();

  /// The weight, which by itself would be a parameter of this shape.
  Value weight(LayerScope scope, Shape shape, Init init);

  @Override
  default boolean takesSeveral() {
    return layer().takesSeveral();
  }

  /// Throws [ShapeException] too where the layer inside has no weight.
  @Override
  default Value emit(LayerScope scope, List<Value> inputs) {
    ParametrizedScope inside = new ParametrizedScope(scope, this);
    Value y = layer().emit(inside, inputs);
    if (!inside.asked()) {
      throw new ShapeException(kind(), layer().kind() + " has no parameter `weight`");
    }
    return y;
  }
}
