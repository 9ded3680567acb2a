package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("a^T W b + bias of two outputs [N, ..., in1] and [N, ..., in2], a matrix W for each feature: `bilinear: {out_features: 8, from: [a, b]}`.")
public record Bilinear(
    @Doc("Size of each output sample.") @Range(min = 1) int outFeatures,
    @Doc("Whether a bias is added.") @Default("true") boolean bias,
    @Doc("How the weights are filled; uniform in +-1/sqrt(in1) where left out.") Optional<WeightInit> init)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.two(this, inputs, "multiplies two outputs", "a, b");
    Value a = inputs.get(0);
    Value b = inputs.get(1);
    int last = a.shape().rank() - 1;
    if (last < 1 || b.shape().rank() != last + 1 || !a.shape().without(last).equals(b.shape().without(last))) {
      throw new ShapeException(kind(), a.shape() + " met " + b.shape() + ": all dimensions but the last are to be the same");
    }
    int in1 = a.shape().dim(last);
    int in2 = b.shape().dim(last);
    int samples = Math.toIntExact(a.shape().size(0, last));
    Init uniform = new Init.Uniform(1 / Math.sqrt(in1));
    Shape w = Shape.of(outFeatures, in1, in2);
    Value weight = scope.parameter("weight", w, init.map(i -> i.of(w)).orElse(uniform));
    Value left = scope.matmul(scope.reshape(a, Shape.of(samples, in1)), scope.reshape(scope.transpose(weight, 1, 0, 2), Shape.of(in1, Math.multiplyExact(outFeatures, in2))));
    Value products = scope.mul(scope.reshape(left, Shape.of(samples, outFeatures, in2)), scope.reshape(b, Shape.of(samples, 1, in2)));
    Value y = scope.reshape(scope.sum(products, List.of(2), false), a.shape().with(last, outFeatures));
    return bias ? scope.add(y, scope.parameter("bias", Shape.of(outFeatures), uniform)) : y;
  }

  @Override
  public boolean takesSeveral() {
    return true;
  }
}
