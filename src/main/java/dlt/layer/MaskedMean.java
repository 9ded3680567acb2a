package dlt.layer;

import dlt.config.Doc;
import dlt.op.Fill;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

@Doc("The mean over the steps of sequences [N, T, F] that are no padding: `masked_mean: {from: [x, tokens]}`, with indices [N, T] that are 0 at padding.")
public record MaskedMean() implements Layer {
  @Override
  public boolean takesSeveral() {
    return true;
  }

  /// A sequence of padding alone gives zeros.
  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Expect.two(this, inputs, "takes a sequence and its indices", "x, tokens");
    Shape shape = Expect.rank(this, inputs, 3, "sequences [N, T, F]");
    Value steps = scope.reshape(steps(this, scope, inputs.getFirst(), inputs.getLast()), shape.with(2, 1));
    Value count = scope.clampMin(scope.sum(steps, List.of(1), false), 1);
    return scope.div(scope.sum(scope.mul(inputs.getFirst(), steps), List.of(1), false), count);
  }

  /// 1 where `tokens` [N, T] holds something else than padding, else 0, for the steps of `x` [N, T, F]. Throws [ShapeException].
  static Value steps(Layer layer, LayerScope scope, Value x, Value tokens) {
    if (!tokens.shape().equals(x.shape().without(2))) {
      throw new ShapeException(layer.kind(), "sequences " + x.shape() + " met indices " + tokens.shape() + ", of which there is one for each step");
    }
    Value padding = scope.equal(scope.cast(tokens, DType.INT64), scope.emit(new Fill(TensorType.int64(Shape.SCALAR), 0)));
    return scope.sub(1, padding);
  }
}
