package dlt.layer;

import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("Channels to pixels: [N, C * r * r, H, W] becomes [N, C, H * r, W * r] (Shi et al., 2016).")
public record PixelShuffle(@Doc("The factor r by which rows and columns grow.") @Range(min = 1) int upscaleFactor) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = Expect.images(this, inputs);
    int r = upscaleFactor;
    int squared = Math.multiplyExact(r, r);
    Expect.groups(this, "input", x.dim(1), squared);
    int channels = x.dim(1) / squared;
    Value split = scope.reshape(inputs.getFirst(), Shape.of(x.dim(0), channels, r, r, x.dim(2), x.dim(3)));
    return scope.reshape(scope.transpose(split, 0, 1, 4, 2, 5, 3), Shape.of(x.dim(0), channels, Math.multiplyExact(x.dim(2), r), Math.multiplyExact(x.dim(3), r)));
  }
}
