package dlt.layer;

import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.function.UnaryOperator;

/// What a layer of a transformer is made of, over sequences [N, T, size]: attention and a small dense network, each with a layer
/// norm and a residual, with PyTorch's names and initial values of their parameters.
record TransformerBlock(Layer layer, LayerScope scope, TransformerArguments arguments, int size) {
  /// A weight and its bias (null where there are none).
  record Dense(Value weight, Value bias) {
    Value apply(LayerScope scope, Value x) {
      Value y = scope.matmul(x, weight, false, true);
      return bias == null ? y : scope.add(y, bias);
    }
  }

  /// The two layers of the dense network.
  record Feed(Dense first, Dense last) {}

  Attention attention(String name, boolean causal) {
    return Attention.of(layer, scope, name, size, size, size, arguments.nhead(), arguments.dropout(), arguments.bias(), causal);
  }

  Feed feed() {
    Dense first = dense("linear1.", arguments.dimFeedforward(), size);
    return new Feed(first, dense("linear2.", size, arguments.dimFeedforward()));
  }

  private Dense dense(String name, int out, int in) {
    Init rule = new Init.Uniform(1 / Math.sqrt(in));
    return parameters(name, Shape.of(out, in), rule, rule);
  }

  /// The scale and shift of a layer norm.
  Dense norm(String name) {
    return parameters(name, Shape.of(size), new Init.Constant(1), new Init.Constant(0));
  }

  private Dense parameters(String name, Shape weight, Init ofWeight, Init ofBias) {
    return new Dense(scope.parameter(name + "weight", weight, ofWeight),
        arguments.bias() ? scope.parameter(name + "bias", Shape.of(weight.dim(0)), ofBias) : null);
  }

  /// `x` plus what `part` makes of it, with the layer norm before the part or after the sum.
  Value residual(Value x, Dense norm, UnaryOperator<Value> part) {
    return arguments.normFirst() ? scope.add(x, part.apply(normalise(x, norm))) : normalise(scope.add(x, part.apply(x)), norm);
  }

  private Value normalise(Value x, Dense norm) {
    Value y = scope.mul(Normalise.standard(scope, x, List.of(2), arguments.layerNormEps()), norm.weight);
    return norm.bias == null ? y : scope.add(y, norm.bias);
  }

  /// What `query` finds in `memory`, of whose steps those are seen where `steps` is 1 (null: all).
  Value attend(Attention attention, Value query, Value memory, Value steps) {
    return drop(attention.apply(scope, query, memory, memory, steps));
  }

  Value feed(Value x, Feed feed) {
    return drop(feed.last.apply(scope, drop(arguments.activation().of(scope, feed.first.apply(scope, x)))));
  }

  private Value drop(Value x) {
    return Dropout.drop(scope, x, x.shape(), arguments.dropout());
  }
}
