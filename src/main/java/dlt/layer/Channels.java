package dlt.layer;

import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/// Numbers that belong to channels, which are dimension 1.
final class Channels {
  private Channels() {}

  /// The shape that `count` numbers take to broadcast over the channels of `x`: [1, count, 1, ...].
  static Shape wide(Shape x, int count) {
    return new Shape(IntStream.range(0, x.rank()).mapToObj(d -> d == 1 ? count : 1).toList());
  }

  /// The shape of one number for each channel of each sample of the only input: [N, C, 1, ...].
  static Shape each(Layer layer, List<Value> inputs) {
    Shape x = inputs.getFirst().shape();
    if (x.rank() < 3) {
      throw new ShapeException(layer.kind(), "needs channels of several elements [N, C, ...], met " + x);
    }
    return wide(x, x.dim(1)).with(0, x.dim(0));
  }

  /// A parameter of one number a channel of `x`, shaped to broadcast over `x`.
  static Value parameter(LayerScope scope, String name, Shape x, Init init) {
    return scope.reshape(scope.parameter(name, Shape.of(x.dim(1)), init), wide(x, x.dim(1)));
  }
}
