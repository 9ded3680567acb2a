package dlt.loss;

import dlt.config.Kinds;
import dlt.op.Emit;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.Optional;

/// The checks of targets that losses share. Each throws a [ShapeException] that names the loss and says which one fits.
final class Targets {
  private Targets() {}

  /// A target with one number for each element of `shape`, of that shape, as float32.
  static Value like(Emit g, Loss loss, Value prediction, Optional<Value> target) {
    return like(g, loss, prediction.shape(), prediction.shape(), target);
  }

  /// A target of `shape` for predictions of shape `prediction`, as float32.
  static Value like(Emit g, Loss loss, Shape prediction, Shape shape, Optional<Value> target) {
    Value t = given(loss, target);
    if (!squeezed(t.shape()).equals(squeezed(shape))) {
      throw new ShapeException(name(loss), "predictions " + prediction + " met a target " + t.type() + ": needs one of " + shape
          + (t.dtype() == DType.INT64 && t.shape().rank() == prediction.rank() - 1 ? "; cross_entropy takes class indices" : ""));
    }
    return g.cast(g.reshape(t, shape), DType.FLOAT32);
  }

  static Value given(Loss loss, Optional<Value> target) {
    return target.orElseThrow(() -> new ShapeException(name(loss), "needs a target"));
  }

  /// The shape without its dimensions of size 1, the first one excepted.
  static Shape squeezed(Shape shape) {
    return new Shape(shape.axes().stream().filter(d -> d == 0 || shape.dim(d) != 1).map(shape::dim).toList());
  }

  static String name(Loss loss) {
    return Kinds.name(loss.getClass());
  }
}
