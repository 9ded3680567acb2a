package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("Normalisation of each sample over its last dimensions.")
public record LayerNorm(
    @Doc("The sizes of the dimensions that are normalised together; the last one's where left out.") @Default("[]") @Range(min = 1)
        List<Integer> normalizedShape,
    @Doc("Added to the variance.") @Default("1e-5") @Range(min = 0) double eps,
    @Doc("Whether a weight per element is learned.") @Default("true") boolean elementwiseAffine,
    @Doc("Whether a bias per element is learned beside the weight.") @Default("true") boolean bias)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    Shape trailing = Normalise.trailing(this, x, normalizedShape);
    Value y = Normalise.standard(scope, x, Normalise.dims(x, trailing), eps);
    if (!elementwiseAffine) {
      return y;
    }
    y = scope.mul(y, scope.parameter("weight", trailing, new Init.Constant(1)));
    return bias ? scope.add(y, scope.parameter("bias", trailing, new Init.Constant(0))) : y;
  }
}
