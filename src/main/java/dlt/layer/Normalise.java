package dlt.layer;

import dlt.op.Emit;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;

/// Formulas that normalisation layers share.
final class Normalise {
  private Normalise() {}

  /// `(x - mean) / sqrt(var + eps)` with mean and biased variance over `dims`.
  static Value standard(LayerScope scope, Value x, List<Integer> dims, double eps) {
    Moments m = moments(scope, x, dims);
    return m.apply(scope, scope.reciprocal(scope.sqrt(scope.add(m.variance, eps))), null);
  }

  /// The mean and the biased variance of `x` over some dimensions, which stay with size 1, and `x - mean`.
  ///
  /// In training `centred` is constant in `mean`, and what it leaves out of a gradient is added where `mean` is small: the
  /// variance has none by the mean (its sum is 0), and that of the output needs the same sum as the bias. So the gradient by `x`
  /// takes two sums and one pass.
  record Moments(Value mean, Value variance, Value centred, boolean split) {
    /// `(x - mean) * scale + bias`, both shaped as the mean; no bias where it is null.
    Value apply(Emit emit, Value scale, Value bias) {
      Value y = emit.mul(centred, scale);
      if (!split) {
        return bias == null ? y : emit.add(y, bias);
      }
      Value rest = emit.mul(emit.sub(emit.detach(mean), mean), scale);
      return emit.add(y, bias == null ? rest : emit.add(bias, rest));
    }
  }

  static Moments moments(LayerScope scope, Value x, List<Integer> dims) {
    Value mean = scope.mean(x, dims, true);
    Value centred = scope.sub(x, scope.training() ? scope.detach(mean) : mean);
    return new Moments(mean, scope.mean(scope.square(centred), dims, true), centred, scope.training());
  }

  /// The trailing sizes of `x` that `normalizedShape` names (the last one where it is empty).
  static Shape trailing(Layer layer, Value x, List<Integer> normalizedShape) {
    Shape shape = x.shape();
    int count = normalizedShape.isEmpty() ? 1 : normalizedShape.size();
    if (shape.rank() <= count) {
      throw new ShapeException(layer.kind(), "normalises the last " + count + " dimensions of a batch, met " + shape);
    }
    Shape trailing = new Shape(shape.dims().subList(shape.rank() - count, shape.rank()));
    if (!normalizedShape.isEmpty() && !trailing.dims().equals(normalizedShape)) {
      throw new ShapeException(layer.kind(), "normalized_shape " + normalizedShape + " met " + shape + ", which ends in " + trailing);
    }
    return trailing;
  }

  /// The dimensions of `x` that `trailing` covers.
  static List<Integer> dims(Value x, Shape trailing) {
    return IntStream.range(x.shape().rank() - trailing.rank(), x.shape().rank()).boxed().toList();
  }

  /// `x` times a weight plus a bias, one of each per channel (dimension 1).
  static Value perChannel(LayerScope scope, Value x) {
    Value weight = Channels.parameter(scope, "weight", x.shape(), new Init.Constant(1));
    Value bias = Channels.parameter(scope, "bias", x.shape(), new Init.Constant(0));
    return scope.add(scope.mul(x, weight), bias);
  }
}
