package dlt.loss;

import dlt.op.Emit;
import dlt.op.Fill;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// What losses by class index are made of. With values [N, C, ...] (logarithms of probabilities) and indices [N, ...]:
/// `hot` [N, C, ...] is 1 at the right class, `counted` [N, ...] is 0 where an index is ignored and else 1, `right` [N, ...] are
/// the values at the right class and `weight` [N, ...] its weight (1 without class weights), both 0 where ignored.
record ClassTerms(Value values, Value hot, Value counted, Value right, Value weight, Optional<Value> classWeights) {
  static ClassTerms of(Emit g, Value values, Value indices, long ignored, Optional<Value> classWeights) {
    int classes = values.shape().dim(1);
    Value hot = g.oneHot(indices, classes, 1);
    if (ignored >= 0 && ignored < classes) {
      // an index beyond the classes has no one in its row by itself
      Value keep = g.sub(1, g.equal(indices, g.emit(new Fill(TensorType.int64(), ignored))));
      hot = g.mul(hot, g.reshape(keep, values.shape().with(1, 1)));
    }
    Value counted = g.sum(hot, List.of(1), false);
    // not a product: the value of a class that is not asked for may be infinite
    Value right = g.sum(g.where(hot, values, g.scalar(0)), List.of(1), false);
    Value weight = classWeights.isPresent() ? g.sum(g.mul(hot, classWeights.get()), List.of(1), false) : counted;
    return new ClassTerms(values, hot, counted, right, weight, classWeights);
  }

  /// The weighted negative values at the right classes, [N, ...].
  Value nll(Emit g) {
    return g.neg(classWeights.isPresent() ? g.mul(right, weight) : right);
  }

  /// The losses with `smoothing` of each target spread over all classes, reduced; the mean is over the weights.
  Value reduce(Emit g, double smoothing, Reduction reduction) {
    Value loss = nll(g);
    if (smoothing > 0) {
      Value all = classWeights.isPresent() ? g.mul(values, classWeights.get()) : values;
      Value spread = g.mul(g.sum(all, List.of(1), false), counted);
      loss = g.sub(g.mul(loss, 1 - smoothing), g.mul(spread, smoothing / values.shape().dim(1)));
    }
    return reduction == Reduction.MEAN ? g.div(g.sum(loss), g.sum(weight)) : reduction.apply(g, loss);
  }

  /// The shape [N, C, ...] of the only prediction. Throws [ShapeException] where it has no two classes.
  static Shape logits(Loss loss, List<Shape> predictions) {
    Shape x = Targets.one(loss, predictions);
    if (x.rank() < 2 || x.dim(1) < 2) {
      throw new ShapeException(Targets.name(loss), "predictions " + x + " have no two classes in dimension 1: needs [N, C, ...]"
          + (x.rank() == 2 ? "; use bce_with_logits for one yes-or-no answer" : ""));
    }
    return x;
  }

  /// The weights as a value that broadcasts over `shape` [N, C, ...].
  static Optional<Value> weights(Emit g, Loss loss, Optional<ClassWeights> weights, Shape shape) {
    if (weights.isEmpty()) {
      return Optional.empty();
    }
    List<Double> factors = weights.get().weights();
    if (loss.needsClassCounts()) {
      throw new IllegalStateException(Targets.name(loss) + " was not told how often each class occurs");
    }
    if (factors.size() != shape.dim(1)) {
      throw new ShapeException(Targets.name(loss), factors.size() + " class weights met " + shape.dim(1) + " classes");
    }
    List<Integer> dims = new ArrayList<>(Collections.nCopies(shape.rank() - 1, 1));
    dims.set(0, factors.size());
    return Optional.of(g.reshape(Targets.vector(g, factors), new Shape(dims)));
  }
}
