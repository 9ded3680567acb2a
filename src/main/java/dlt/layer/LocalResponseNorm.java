package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

@Doc("x / (k + alpha * the mean square of neighbouring channels)^beta, of [N, C, ...] (Krizhevsky et al., 2012: AlexNet).")
public record LocalResponseNorm(
    @Doc("Channels of a neighbourhood; beyond the first and the last one lie zeros.") @Range(min = 1) int size,
    @Doc("The factor of the mean square.") @Default("1e-4") double alpha,
    @Doc("The exponent.") @Default("0.75") double beta,
    @Doc("Added to the mean square.") @Default("1") double k)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    if (x.shape().rank() < 3) {
      throw new ShapeException(kind(), "needs [N, C, ...], met " + x.shape());
    }
    int channels = x.shape().dim(1);
    List<Value> padded = new ArrayList<>();
    zeros(scope, x.shape(), size / 2, padded);
    padded.add(scope.square(x));
    zeros(scope, x.shape(), (size - 1) / 2, padded);
    Value squares = scope.concat(padded, 1);
    Value sum = scope.slice(squares, 1, 0, channels);
    for (int i = 1; i < size; i++) {
      sum = scope.add(sum, scope.slice(squares, 1, i, channels));
    }
    return scope.mul(x, scope.pow(scope.add(scope.mul(sum, alpha / size), k), -beta));
  }

  private static void zeros(LayerScope scope, Shape like, int channels, List<Value> to) {
    if (channels > 0) {
      to.add(scope.fill(like.with(1, channels), 0));
    }
  }
}
