package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("Normalisation of each sample over groups of its channels, [N, C, ...].")
public record GroupNorm(
    @Doc("Number of groups; divides the channels.") @Range(min = 1) int numGroups,
    @Doc("Added to the variance.") @Default("1e-5") @Range(min = 0) double eps,
    @Doc("Whether a weight and a bias per channel are learned.") @Default("true") boolean affine)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = inputs.getFirst().shape();
    if (x.rank() < 2) {
      throw new ShapeException(kind(), "needs [N, C, ...], met " + x);
    }
    Expect.groups(this, "input", x.dim(1), numGroups);
    Shape grouped = Shape.of(x.dim(0), numGroups, Math.toIntExact(x.size(1, x.rank()) / numGroups));
    Value y = scope.reshape(Normalise.standard(scope, scope.reshape(inputs.getFirst(), grouped), List.of(2), eps), x);
    return affine ? Normalise.perChannel(scope, y) : y;
  }
}
