package dlt.layer;

import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.config.Range;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("The mean of each of a fixed number of windows over signals [N, C, L], whatever their length.")
public record AdaptiveAvgPool1d(@Doc("Length of the output.") @Range(min = 1, max = Expect.MOST_PIXELS) int outputSize) implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = Expect.signals(this, inputs);
    Value y = new AdaptiveAvgPool2d(new IntPair(1, outputSize)).emit(scope, List.of(scope.reshape(inputs.getFirst(), x.insert(2, 1))));
    return scope.reshape(y, y.shape().without(2));
  }
}
