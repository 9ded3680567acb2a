package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;

@Doc("alpha_dropout of whole channels of [N, C, ...].")
public record FeatureAlphaDropout(@Doc("Probability of a channel to be dropped.") @Default("0.5") @Range(min = 0, max = 1) double p)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    return AlphaDropout.drop(scope, inputs.getFirst(), Channels.each(this, inputs), p);
  }
}
