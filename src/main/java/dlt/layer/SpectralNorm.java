package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The largest singular value is followed by power iteration, a few rounds in each training step; inference takes the vectors as
/// they are. Names are those of torch.nn.utils.parametrizations.spectral_norm: `parametrizations.weight.original` and the singular
/// vectors `parametrizations.weight.0._u` and `_v`, which start as constants where no file gives them.
@Doc("A layer whose weight is divided by its largest singular value (Miyato et al., 2018): `spectral_norm: {layer: {conv2d: {out_channels: 8, kernel_size: 3}}}`.")
public record SpectralNorm(
    @Doc("The layer, one with a parameter `weight` of two dimensions or more such as linear or conv2d.") Layer layer,
    @Doc("Rounds of power iteration in a step.") @Default("1") @Range(min = 1, max = 100) int nPowerIterations,
    @Doc("The least length that a vector is divided by.") @Default("1e-12") @Range(min = 0) double eps,
    @Doc("The dimension of the weight that becomes the rows of the matrix; PyTorch takes 1 for transposed convolutions.") @Default("0") int dim)
    implements Parametrization {
  @Override
  public Value weight(LayerScope scope, Shape shape, Init init) {
    if (shape.rank() < 2) {
      throw new ShapeException(kind(), "needs a weight of two dimensions or more, met " + shape);
    }
    int first = Expect.axis(this, shape, dim);
    Value weight = scope.parameter("parametrizations.weight.original", shape, init);
    Integer[] order = IntStream.concat(IntStream.of(first), IntStream.range(0, shape.rank()).filter(d -> d != first)).boxed().toArray(Integer[]::new);
    int rows = shape.dim(first);
    int columns = Math.toIntExact(shape.size() / rows);
    Value matrix = scope.reshape(first == 0 ? weight : scope.transpose(weight, order), Shape.of(rows, columns));
    Value u = scope.buffer("parametrizations.weight.0._u", TensorType.float32(rows), 1 / Math.sqrt(rows));
    Value v = scope.buffer("parametrizations.weight.0._v", TensorType.float32(columns), 1 / Math.sqrt(columns));
    // averaged weights keep the vectors of the model's own: there is no mean of them to be taken
    if (scope.training() && !scope.cumulativeStatistics() && !scope.frozen("parametrizations.weight.0._u")) {
      Value still = scope.detach(matrix);
      List<Value> left = new ArrayList<>();
      v = scope.update(v, old -> {
        Value right = scope.reshape(old, Shape.of(columns, 1));
        for (int i = 0; i < nPowerIterations; i++) {
          left.add(unit(scope, scope.matmul(still, right)));
          right = unit(scope, scope.matmul(still, left.getLast(), true, false));
        }
        return scope.reshape(right, old.shape());
      });
      u = scope.update(u, old -> scope.reshape(left.getLast(), old.shape()));
    }
    Value product = scope.matmul(matrix, scope.reshape(v, Shape.of(columns, 1)));
    return scope.div(weight, scope.sum(scope.mul(scope.reshape(u, Shape.of(rows, 1)), product)));
  }

  private Value unit(LayerScope scope, Value x) {
    return scope.div(x, scope.max(scope.sqrt(scope.sum(scope.square(x))), eps));
  }
}
