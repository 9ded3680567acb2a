package dlt.layer;

import dlt.config.Doc;
import dlt.config.IntTriple;
import dlt.op.Value;
import java.util.List;

@Doc("The mean of each of a fixed number of windows over volumes [N, C, D, H, W], whatever their size; 1 is the mean of the volume.")
public record AdaptiveAvgPool3d(@Doc("Depth, rows and columns of the output.") IntTriple outputSize) implements Layer {
  public AdaptiveAvgPool3d {
    Expect.pixels("outputSize", outputSize.image());
    Expect.pixels("outputSize", outputSize.depth(1));
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Volumes.of(this, inputs);
    Value y = Volumes.slices(scope, inputs.getFirst(), x -> new AdaptiveAvgPool2d(outputSize.image()).emit(scope, List.of(x)));
    return Volumes.depth(scope, y, x -> new AdaptiveAvgPool2d(outputSize.depth(x.shape().dim(3))).emit(scope, List.of(x)));
  }
}
