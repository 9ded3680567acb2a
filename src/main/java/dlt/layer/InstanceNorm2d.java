package dlt.layer;

import dlt.config.Alias;
import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Alias({"instance_norm1d", "instance_norm3d"})
@Doc("Normalisation of each channel of each image [N, C, H, W] (or [N, C, ...]) by itself, in training and in inference.")
public record InstanceNorm2d(
    @Doc("Added to the variance.") @Default("1e-5") @Range(min = 0) double eps,
    @Doc("Whether a weight and a bias per channel are learned.") @Default("false") boolean affine)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = inputs.getFirst().shape();
    if (Channels.each(this, inputs).size() == x.size()) {
      throw new ShapeException(kind(), "needs more than one element per channel, met " + x);
    }
    Value y = Normalise.standard(scope, inputs.getFirst(), x.axes().subList(2, x.rank()), eps);
    return affine ? Normalise.perChannel(scope, y) : y;
  }
}
