package dlt.layer;

import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("The channels of [N, C, ...] in another order: one of each group in turn (Zhang et al., 2017: ShuffleNet).")
public record ChannelShuffle(@Doc("The number of groups.") @Range(min = 1) int groups) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    if (x.shape().rank() < 3) {
      throw new ShapeException(kind(), "needs [N, C, ...], met " + x.shape());
    }
    int channels = x.shape().dim(1);
    Expect.groups(this, "input", channels, groups);
    Shape split = Shape.of(x.shape().dim(0), groups, channels / groups, Math.toIntExact(x.shape().size(2, x.shape().rank())));
    return scope.reshape(scope.transpose(scope.reshape(x, split), 0, 2, 1, 3), x.shape());
  }
}
