package dlt.layer;

import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.config.Range;
import dlt.op.Value;
import java.util.List;

@Doc("The maximum of each of a fixed number of windows over signals [N, C, L], whatever their length.")
public record AdaptiveMaxPool1d(@Doc("Length of the output.") @Range(min = 1, max = Expect.MOST_PIXELS) int outputSize) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    return Rows.of(this, scope, inputs, x -> new AdaptiveMaxPool2d(new IntPair(1, outputSize)).emit(scope, List.of(x)));
  }
}
