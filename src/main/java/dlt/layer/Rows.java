package dlt.layer;

import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.function.UnaryOperator;

/// Signals [N, C, L] as images of one row.
final class Rows {
  private Rows() {}

  /// What `images` makes of the only input, as signals again.
  static Value of(Layer layer, LayerScope scope, List<Value> inputs, UnaryOperator<Value> images) {
    Shape x = Expect.signals(layer, inputs);
    Value y = images.apply(scope.reshape(inputs.getFirst(), x.insert(2, 1)));
    return scope.reshape(y, y.shape().without(2));
  }
}
