package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("Dropout of whole channels of images [N, C, H, W].")
public record Dropout2d(@Doc("Probability of a channel to be dropped.") @Default("0.5") @Range(min = 0, max = 1) double p)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = Expect.images(this, inputs);
    return Dropout.drop(scope, inputs.getFirst(), Shape.of(x.dim(0), x.dim(1), 1, 1), p);
  }
}
