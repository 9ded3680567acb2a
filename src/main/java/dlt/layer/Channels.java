package dlt.layer;

import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.stream.IntStream;

/// Numbers that belong to channels, which are dimension 1.
final class Channels {
  private Channels() {}

  /// The shape that `count` numbers take to broadcast over the channels of `x`: [1, count, 1, ...].
  static Shape wide(Shape x, int count) {
    return new Shape(IntStream.range(0, x.rank()).mapToObj(d -> d == 1 ? count : 1).toList());
  }

  /// A parameter of one number a channel of `x`, shaped to broadcast over `x`.
  static Value parameter(LayerScope scope, String name, Shape x, Init init) {
    return scope.reshape(scope.parameter(name, Shape.of(x.dim(1)), init), wide(x, x.dim(1)));
  }
}
