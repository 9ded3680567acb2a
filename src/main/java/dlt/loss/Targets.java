package dlt.loss;

import dlt.config.Kinds;
import dlt.op.Emit;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The checks of predictions and targets that losses share. Each throws a [ShapeException] that names the loss.
final class Targets {
  private Targets() {}

  /// The target as `loss` wants it for these predictions: of the shape and element type of its [Loss#target].
  static Value fit(Emit g, Loss loss, List<Value> predictions, Optional<Value> target) {
    Value t = target.orElseThrow(() -> new ShapeException(name(loss), "needs a target"));
    List<Shape> shapes = predictions.stream().map(Value::shape).toList();
    Target wanted = loss.target(shapes, t.dtype()).orElseThrow();
    if (!squeezed(t.shape()).equals(squeezed(wanted.shape())) || wanted.dtype() == DType.INT64 && t.dtype() != DType.INT64) {
      String hint = wanted.dtype() == DType.INT64 ? " (class indices)"
          : t.dtype() == DType.INT64 && t.shape().rank() < shapes.getFirst().rank() ? "; cross_entropy takes class indices"
          : "";
      throw new ShapeException(name(loss), "predictions " + shapes.getFirst() + " met a target " + t.type() + ": needs "
          + wanted.dtype().name().toLowerCase(Locale.ROOT) + wanted.shape() + hint);
    }
    return g.cast(g.reshape(t, wanted.shape()), wanted.dtype());
  }

  /// The shape without its dimensions of size 1, the first one excepted: [N] is as good as [N, 1].
  private static Shape squeezed(Shape shape) {
    return new Shape(shape.axes().stream().filter(d -> d == 0 || shape.dim(d) != 1).map(shape::dim).toList());
  }

  static void count(Loss loss, List<Shape> predictions) {
    if (predictions.size() != loss.inputs().size()) {
      throw new ShapeException(name(loss), "takes " + loss.inputs().size() + " predictions (" + String.join(", ", loss.inputs())
          + "), not " + predictions.size());
    }
  }

  /// The shape of the only prediction.
  static Shape one(Loss loss, List<Shape> predictions) {
    count(loss, predictions);
    return predictions.getFirst();
  }

  /// The shape that all predictions have.
  static Shape same(Loss loss, List<Shape> predictions) {
    count(loss, predictions);
    for (Shape s : predictions) {
      if (!s.equals(predictions.getFirst())) {
        throw new ShapeException(name(loss), "predictions " + predictions.getFirst() + " met " + s
            + ": their shapes are to be the same");
      }
    }
    return predictions.getFirst();
  }

  /// `losses` times a factor for each column; no factors leave them as they are, one is for all columns.
  static Value weighted(Emit g, Loss loss, Value losses, List<Double> factors) {
    if (factors.isEmpty()) {
      return losses;
    }
    if (factors.size() > 1 && (losses.shape().rank() == 0 || losses.shape().dim(-1) != factors.size())) {
      throw new ShapeException(name(loss), factors.size() + " weights met predictions " + losses.shape());
    }
    return g.mul(losses, vector(g, factors));
  }

  static Value vector(Emit g, List<Double> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return g.literal(HostTensor.of(Shape.of(floats.length), floats));
  }

  static String name(Loss loss) {
    return Kinds.name(loss.getClass());
  }
}
