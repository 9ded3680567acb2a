package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("A dense layer: x W^T + b over the last dimension.")
public record Linear(
    @Doc("Size of each output sample.") @Range(min = 1) int outFeatures,
    @Doc("Whether a bias is added.") @Default("true") boolean bias)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    if (x.shape().rank() < 2) {
      throw new ShapeException("linear", "needs [N, ..., in], met " + x.shape());
    }
    int in = x.shape().dim(-1);
    double bound = 1 / Math.sqrt(in);
    Value y = scope.matmul(x, scope.parameter("weight", Shape.of(outFeatures, in), new Init.Uniform(bound)), false, true);
    return bias ? scope.add(y, scope.parameter("bias", Shape.of(outFeatures), new Init.Uniform(bound))) : y;
  }
}
