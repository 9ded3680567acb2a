package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

@Doc("Self-attention and a small dense network, each with a residual and a layer norm, over sequences [N, T, F] (Vaswani et al., 2017). With `from: [x, tokens]`, indices [N, T] that are 0 at padding, no step sees padding.")
public record TransformerEncoderLayer(
    @Doc("Number of heads; divides F.") @Range(min = 1) int nhead,
    @Doc("Size of the dense network's hidden layer.") @Default("2048") @Range(min = 1) int dimFeedforward,
    @Doc("Dropout of attention weights, of the hidden layer and before each residual.") @Default("0.1") @Range(min = 0, max = 1)
        double dropout,
    @Doc("The dense network's activation.") @Default("relu") Activation activation,
    @Doc("Added to the variances of the layer norms.") @Default("1e-5") @Range(min = 0) double layerNormEps,
    @Doc("Whether each layer norm comes before its part and not after the residual.") @Default("false") boolean normFirst,
    @Doc("Whether biases are added.") @Default("true") boolean bias,
    @Doc("Whether each step sees itself and earlier steps alone.") @Default("false") boolean isCausal)
    implements Layer {
  @Override
  public boolean takesSeveral() {
    return true;
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    if (inputs.size() > 2) {
      throw new ShapeException(kind(), "takes one output and maybe its indices, met " + inputs.size());
    }
    Shape shape = Expect.rank(this, inputs, 3, "sequences [N, T, F]");
    int size = shape.dim(2);
    Attention attention = Attention.of(this, scope, "self_attn.", size, nhead, dropout, bias, isCausal);
    Init rule = new Init.Uniform(1 / Math.sqrt(size));
    Dense first = dense(scope, "linear1.", dimFeedforward, size, rule, rule);
    Init second = new Init.Uniform(1 / Math.sqrt(dimFeedforward));
    Dense last = dense(scope, "linear2.", size, dimFeedforward, second, second);
    Dense norm1 = norm(scope, "norm1.", size);
    Dense norm2 = norm(scope, "norm2.", size);

    Value x = inputs.getFirst();
    Value steps = inputs.size() == 2 ? MaskedMean.steps(this, scope, x, inputs.getLast()) : null;
    if (normFirst) {
      x = scope.add(x, attend(scope, normalise(scope, x, norm1), attention, steps));
      return scope.add(x, feed(scope, normalise(scope, x, norm2), first, last));
    }
    x = normalise(scope, scope.add(x, attend(scope, x, attention, steps)), norm1);
    return normalise(scope, scope.add(x, feed(scope, x, first, last)), norm2);
  }

  /// A weight and its bias (null where there are none).
  private record Dense(Value weight, Value bias) {
    Value apply(LayerScope scope, Value x) {
      Value y = scope.matmul(x, weight, false, true);
      return bias == null ? y : scope.add(y, bias);
    }
  }

  private Dense dense(LayerScope scope, String name, int out, int in, Init weightInit, Init biasInit) {
    return new Dense(scope.parameter(name + "weight", Shape.of(out, in), weightInit),
        bias ? scope.parameter(name + "bias", Shape.of(out), biasInit) : null);
  }

  private Dense norm(LayerScope scope, String name, int size) {
    return new Dense(scope.parameter(name + "weight", Shape.of(size), new Init.Constant(1)),
        bias ? scope.parameter(name + "bias", Shape.of(size), new Init.Constant(0)) : null);
  }

  private Value normalise(LayerScope scope, Value x, Dense norm) {
    Value y = scope.mul(Normalise.standard(scope, x, List.of(2), layerNormEps), norm.weight);
    return norm.bias == null ? y : scope.add(y, norm.bias);
  }

  private Value attend(LayerScope scope, Value x, Attention attention, Value steps) {
    return drop(scope, attention.apply(scope, x, x, x, steps));
  }

  private Value feed(LayerScope scope, Value x, Dense first, Dense last) {
    return drop(scope, last.apply(scope, drop(scope, activation.of(scope, first.apply(scope, x)))));
  }

  private Value drop(LayerScope scope, Value x) {
    return Dropout.drop(scope, x, x.shape(), dropout);
  }
}
