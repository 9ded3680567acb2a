package dlt.layer;

import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;

/// What a layer of a transformer is made of, over sequences [N, T, size]: layer norms, attention and a small dense network, with
/// PyTorch's names and initial values of their parameters.
record TransformerBlock(LayerScope scope, Activation activation, int size, int hidden, double dropout, double eps, boolean bias) {
  /// A weight and its bias (null where there are none).
  record Dense(Value weight, Value bias) {
    Value apply(LayerScope scope, Value x) {
      Value y = scope.matmul(x, weight, false, true);
      return bias == null ? y : scope.add(y, bias);
    }
  }

  /// The two layers of the dense network.
  record Feed(Dense first, Dense last) {}

  Feed feed() {
    Init rule = new Init.Uniform(1 / Math.sqrt(size));
    Dense first = dense("linear1.", hidden, size, rule);
    return new Feed(first, dense("linear2.", size, hidden, new Init.Uniform(1 / Math.sqrt(hidden))));
  }

  private Dense dense(String name, int out, int in, Init init) {
    return new Dense(scope.parameter(name + "weight", Shape.of(out, in), init), bias ? scope.parameter(name + "bias", Shape.of(out), init) : null);
  }

  /// The scale and shift of a layer norm.
  Dense norm(String name) {
    return new Dense(scope.parameter(name + "weight", Shape.of(size), new Init.Constant(1)),
        bias ? scope.parameter(name + "bias", Shape.of(size), new Init.Constant(0)) : null);
  }

  Value normalise(Value x, Dense norm) {
    Value y = scope.mul(Normalise.standard(scope, x, List.of(2), eps), norm.weight);
    return norm.bias == null ? y : scope.add(y, norm.bias);
  }

  /// What `query` finds in `memory`, of whose steps those are seen where `steps` is 1 (null: all).
  Value attend(Attention attention, Value query, Value memory, Value steps) {
    return drop(attention.apply(scope, query, memory, memory, steps));
  }

  Value feed(Value x, Feed feed) {
    return drop(feed.last.apply(scope, drop(activation.of(scope, feed.first.apply(scope, x)))));
  }

  private Value drop(Value x) {
    return Dropout.drop(scope, x, x.shape(), dropout);
  }
}
