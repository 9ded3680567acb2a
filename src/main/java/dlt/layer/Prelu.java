package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("x where positive, else x times a slope that is learned (He et al., 2015).")
public record Prelu(
    @Doc("Number of slopes: 1, or one per channel (dimension 1).") @Default("1") @Range(min = 1) int numParameters,
    @Doc("The slopes at first.") @Default("0.25") double init)
    implements Layer {
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Value x = inputs.getFirst();
    if (numParameters != 1 && (x.shape().rank() < 2 || x.shape().dim(1) != numParameters)) {
      throw new ShapeException(kind(), "num_parameters " + numParameters + " met " + x.shape() + ": needs as many channels (dimension 1)");
    }
    Value weight = scope.parameter("weight", Shape.of(numParameters), new Init.Constant(init));
    Value slope = scope.reshape(weight, Channels.wide(x.shape(), numParameters));
    return scope.where(scope.greater(x, scope.scalar(0)), x, scope.mul(x, slope));
  }
}
