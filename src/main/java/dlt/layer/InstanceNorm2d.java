package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("Normalisation of each channel of each image [N, C, H, W] by itself, in training and in inference.")
public record InstanceNorm2d(
    @Doc("Added to the variance.") @Default("1e-5") @Range(min = 0) double eps,
    @Doc("Whether a weight and a bias per channel are learned.") @Default("false") boolean affine)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = Expect.images(this, inputs);
    if (x.size(2, 4) == 1) {
      throw new ShapeException(kind(), "needs more than one pixel per image, met " + x);
    }
    Value y = Normalise.standard(scope, inputs.getFirst(), List.of(2, 3), eps);
    return affine ? Normalise.perChannel(scope, y) : y;
  }
}
