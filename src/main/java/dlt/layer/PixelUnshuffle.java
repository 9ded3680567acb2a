package dlt.layer;

import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("Pixels to channels: [N, C, H * r, W * r] becomes [N, C * r * r, H, W]; undoes pixel_shuffle.")
public record PixelUnshuffle(@Doc("The factor r by which rows and columns shrink.") @Range(min = 1) int downscaleFactor) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = Expect.images(this, inputs);
    int r = downscaleFactor;
    if (x.dim(2) % r != 0 || x.dim(3) % r != 0) {
      throw new ShapeException(kind(), x + " does not divide into squares of " + r + " x " + r + " pixels");
    }
    Value split = scope.reshape(inputs.getFirst(), Shape.of(x.dim(0), x.dim(1), x.dim(2) / r, r, x.dim(3) / r, r));
    return scope.reshape(scope.transpose(split, 0, 1, 3, 5, 2, 4), Shape.of(x.dim(0), x.dim(1) * r * r, x.dim(2) / r, x.dim(3) / r));
  }
}
