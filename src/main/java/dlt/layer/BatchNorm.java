package dlt.layer;

import dlt.config.Alias;
import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Normalises by the biased variance of the batch; `running_var` takes the unbiased one, as in PyTorch.
@Alias({"batch_norm1d", "batch_norm2d", "batch_norm3d"})
@Doc("Batch normalisation per channel of [N, C], [N, C, L], [N, C, H, W] or [N, C, D, H, W]; running statistics serve in inference.")
public record BatchNorm(
    @Doc("Added to the variance.") @Default("1e-5") @Range(min = 0) double eps,
    @Doc("Weight of the new value in the running statistics; null makes them the mean over all batches.") @Default("0.1") @Range(min = 0, max = 1)
        Optional<Double> momentum,
    @Doc("Whether a weight and a bias per channel are learned.") @Default("true") boolean affine,
    @Doc("Whether there are running statistics; without, each batch is normalised by its own in inference too.") @Default("true") boolean trackRunningStats)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    if (x.shape().rank() < 2) {
      throw new ShapeException(kind(), "needs [N, C, ...], met " + x.shape());
    }
    Shape channels = Shape.of(x.shape().dim(1));
    Value weight = affine ? scope.parameter("weight", channels, new Init.Constant(1)) : scope.fill(channels, 1);
    Value bias = affine ? scope.parameter("bias", channels, new Init.Constant(0)) : scope.fill(channels, 0);
    if (trackRunningStats) {
      Value mean = scope.buffer("running_mean", TensorType.float32(channels), 0);
      Value variance = scope.buffer("running_var", TensorType.float32(channels), 1);
      Value batches = scope.buffer("num_batches_tracked", TensorType.int64(Shape.SCALAR), 0);
      if (!scope.training() || scope.frozen("running_mean")) {
        return scope.emit(new dlt.op.BatchNorm(eps), x, weight, bias, mean, variance);
      }
      Normalise.Moments batch = moments(scope, x);
      double n = x.shape().size() / (double) channels.size();
      Value tracked = scope.update(batches, old -> scope.cast(scope.add(scope.cast(old, DType.FLOAT32), 1), DType.INT64));
      Value share = scope.cumulativeStatistics() || momentum.isEmpty() ? scope.reciprocal(scope.cast(tracked, DType.FLOAT32))
          : scope.scalar(momentum.get());
      scope.update(mean, old -> follow(scope, old, batch.mean(), share));
      scope.update(variance, old -> follow(scope, old, scope.mul(batch.variance(), n / (n - 1)), share));
      return normalised(scope, batch, weight, bias);
    }
    return normalised(scope, moments(scope, x), weight, bias);
  }

  private Normalise.Moments moments(LayerScope scope, Value x) {
    if (scope.training() && x.shape().size() == x.shape().dim(1)) {
      throw new ShapeException(kind(), "needs more than one value per channel in training, met " + x.shape()
          + ": use larger batches, or drop the last one where it is too small");
    }
    List<Integer> dims = IntStream.range(0, x.shape().rank()).filter(d -> d != 1).boxed().toList();
    if (scope.training()) {
      return Normalise.moments(scope, x, dims);
    }
    // an exported model counts its samples
    Value samples = scope.sum(scope.fill(Shape.of(x.shape().dim(0)), 1), List.of(0), false);
    Value share = scope.reciprocal(scope.mul(samples, x.shape().size(2, x.shape().rank())));
    Value mean = scope.mul(scope.sum(x, dims, true), share);
    Value centred = scope.sub(x, mean);
    return new Normalise.Moments(mean, scope.mul(scope.sum(scope.square(centred), dims, true), share), centred, false);
  }

  private Value normalised(LayerScope scope, Normalise.Moments batch, Value weight, Value bias) {
    Shape wide = batch.mean().shape();
    Value scale = scope.div(scope.reshape(weight, wide), scope.sqrt(scope.add(batch.variance(), eps)));
    return batch.apply(scope, scale, scope.reshape(bias, wide));
  }

  private Value follow(LayerScope scope, Value old, Value batch, Value share) {
    return scope.add(scope.mul(old, scope.sub(1, share)), scope.mul(scope.reshape(batch, old.shape()), share));
  }
}
