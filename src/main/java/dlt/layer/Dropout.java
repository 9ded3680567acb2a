package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("In training each element is zero with probability p and the others are divided by 1 - p; in inference nothing changes.")
public record Dropout(@Doc("Probability of an element to be dropped.") @Default("0.5") @Range(min = 0, max = 1) double p)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    return drop(scope, inputs.getFirst(), inputs.getFirst().shape(), p);
  }

  /// Drops elements of `x` that share an element of `mask`, a shape that broadcasts to that of `x`.
  static Value drop(LayerScope scope, Value x, Shape mask, double p) {
    if (!scope.training() || p == 0) {
      return x;
    }
    return p == 1 ? scope.mul(x, 0) : scope.mul(x, scope.mul(kept(scope, mask, p), 1 / (1 - p)));
  }

  /// 1 with probability `1 - p`, else 0.
  static Value kept(LayerScope scope, Shape mask, double p) {
    return scope.lessEqual(scope.scalar(p), scope.random(mask));
  }
}
