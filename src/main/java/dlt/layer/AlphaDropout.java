package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

/// Klambauer et al., "Self-normalizing neural networks", 2017: a dropped element takes the least value of selu, and all are
/// scaled and shifted so that mean and variance stay.
@Doc("Dropout for networks of selu: keeps mean 0 and variance 1.")
public record AlphaDropout(@Doc("Probability of an element to be dropped.") @Default("0.5") @Range(min = 0, max = 1) double p)
    implements Layer {
  private static final double LEAST = -Selu.SCALE * Selu.ALPHA;

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    return drop(scope, inputs.getFirst(), inputs.getFirst().shape(), p);
  }

  /// Drops elements of `x` that share an element of `mask`, a shape that broadcasts to that of `x`.
  static Value drop(LayerScope scope, Value x, Shape mask, double p) {
    if (!scope.training() || p == 0) {
      return x;
    }
    if (p == 1) {
      return scope.mul(x, 0);
    }
    double scale = 1 / Math.sqrt((LEAST * LEAST * p + 1) * (1 - p));
    Value kept = Dropout.kept(scope, mask, p);
    Value noise = scope.mul(scope.sub(1, kept), LEAST * scale);
    return scope.add(scope.mul(x, scope.mul(kept, scale)), scope.add(noise, -LEAST * scale * p));
  }
}
