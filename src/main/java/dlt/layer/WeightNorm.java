package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.stream.IntStream;

/// Parameters are named as torch.nn.utils.parametrizations.weight_norm names them: `parametrizations.weight.original0` are the
/// lengths, `original1` the directions.
@Doc("A layer whose weight is learned as lengths and directions (Salimans and Kingma, 2016): `weight_norm: {layer: {linear: 8}}`.")
public record WeightNorm(
    @Doc("The layer, one with a parameter `weight` such as linear, conv2d or embedding.") Layer layer,
    @Doc("The dimension of the weight that has a length for each of its indices.") @Default("0") int dim)
    implements Parametrization {
  @Override
  public Value weight(LayerScope scope, Shape shape, Init init) {
    int kept = Expect.axis(this, shape, dim);
    Shape lengths = new Shape(IntStream.range(0, shape.rank()).mapToObj(d -> d == kept ? shape.dim(d) : 1).toList());
    Value g = scope.parameter("parametrizations.weight.original0", lengths, new Init.Lengths(init, shape, kept));
    Value v = scope.parameter("parametrizations.weight.original1", shape, init);
    Value length = scope.sqrt(scope.sum(scope.square(v), shape.axes().stream().filter(d -> d != kept).toList(), true));
    return scope.mul(v, scope.div(g, length));
  }
}
