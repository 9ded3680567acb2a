package dlt.layer;

import dlt.config.Alias;
import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;

@Alias({"dropout1d", "dropout3d"})
@Doc("Dropout of whole channels of images [N, C, H, W], or of [N, C, ...].")
public record Dropout2d(@Doc("Probability of a channel to be dropped.") @Default("0.5") @Range(min = 0, max = 1) double p)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    return Dropout.drop(scope, inputs.getFirst(), Channels.each(this, inputs), p);
  }
}
