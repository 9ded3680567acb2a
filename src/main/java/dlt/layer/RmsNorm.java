package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("Division of each sample by the root mean square of its last dimensions.")
public record RmsNorm(
    @Doc("The sizes of the dimensions that are normalised together; the last one's where left out.") @Default("[]") @Range(min = 1)
        List<Integer> normalizedShape,
    @Doc("Added to the mean square; float32's machine epsilon where left out.") @Default("1.1920928955078125e-7") @Range(min = 0)
        double eps,
    @Doc("Whether a weight per element is learned.") @Default("true") boolean elementwiseAffine)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    Shape trailing = Normalise.trailing(this, x, normalizedShape);
    Value square = scope.mean(scope.square(x), Normalise.dims(x, trailing), true);
    Value y = scope.div(x, scope.sqrt(scope.add(square, eps)));
    return elementwiseAffine ? scope.mul(y, scope.parameter("weight", trailing, new Init.Constant(1))) : y;
  }
}
