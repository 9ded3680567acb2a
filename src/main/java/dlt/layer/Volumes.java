package dlt.layer;

import dlt.config.IntTriple;
import dlt.config.Invalid;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.function.UnaryOperator;

/// Volumes [N, C, D, H, W], which layers for images do in two steps: their slices, and what lies behind one another in them.
final class Volumes {
  private Volumes() {}

  /// The shape of the only input, which is a batch of volumes.
  static Shape of(Layer layer, List<Value> inputs) {
    return Expect.rank(layer, inputs, 5, "volumes [N, C, D, H, W]");
  }

  /// `x` with `f` applied to its slices, images [N, C * D, H, W].
  static Value slices(LayerScope scope, Value x, UnaryOperator<Value> f) {
    Shape s = x.shape();
    Value y = f.apply(scope.reshape(x, Shape.of(s.dim(0), Math.multiplyExact(s.dim(1), s.dim(2)), s.dim(3), s.dim(4))));
    return scope.reshape(y, Shape.of(s.dim(0), s.dim(1), s.dim(2), y.shape().dim(2), y.shape().dim(3)));
  }

  /// `x` with `f` applied to it as images [N, C, D, H * W], of which it keeps the columns.
  static Value depth(LayerScope scope, Value x, UnaryOperator<Value> f) {
    Shape s = x.shape();
    Value y = f.apply(scope.reshape(x, Shape.of(s.dim(0), s.dim(1), s.dim(2), Math.multiplyExact(s.dim(3), s.dim(4)))));
    return scope.reshape(y, Shape.of(s.dim(0), y.shape().dim(1), y.shape().dim(2), s.dim(3), s.dim(4)));
  }

  /// Checks an argument of a record.
  static void atLeast(int min, String component, IntTriple triple) {
    if (triple.first() < min || triple.second() < min || triple.third() < min) {
      throw new Invalid(component, triple.toString(), "numbers of at least " + min);
    }
  }
}
