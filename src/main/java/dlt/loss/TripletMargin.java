package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("max(0, |anchor - positive| - |anchor - negative| + margin) of vectors [N, ..., D]; takes no target.")
public record TripletMargin(
    @Doc("How much nearer the positive is to be.") @Range(min = 0, minExclusive = true) @Default("1") double margin,
    @Doc("The norm that measures distances.") @Range(min = 0, minExclusive = true) @Default("2") double p,
    @Doc("Added to each difference.") @Range(min = 0) @Default("1e-6") double eps,
    @Doc("Whether the negative is compared with the nearer of anchor and positive.") @Default("false") boolean swap,
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  @Override
  public List<String> inputs() {
    return List.of("anchor", "positive", "negative");
  }

  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    Targets.same(this, predictions);
    return Optional.empty();
  }

  /// The order is right where the positive is nearer than the negative.
  @Override
  public Optional<Value> decision(Emit g, List<Value> predictions) {
    return Optional.of(g.neg(excess(g, predictions)));
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Targets.same(this, predictions.stream().map(Value::shape).toList());
    return reduction.apply(g, Terms.positive(g, g.add(excess(g, predictions), margin)));
  }

  /// How much farther the positive is than the negative.
  private Value excess(Emit g, List<Value> predictions) {
    Value anchor = predictions.get(0);
    Value positive = predictions.get(1);
    Value negative = predictions.get(2);
    Value near = distance(g, anchor, positive);
    Value far = distance(g, anchor, negative);
    return g.sub(near, swap ? g.min(far, distance(g, positive, negative)) : far);
  }

  private Value distance(Emit g, Value a, Value b) {
    Value d = g.add(g.sub(a, b), eps);
    List<Integer> last = List.of(-1);
    if (p == 2) {
      return g.sqrt(g.sum(g.square(d), last, false));
    }
    if (p == Double.POSITIVE_INFINITY) {
      return g.reduceMax(g.abs(d), last, false);
    }
    return p == 1 ? g.sum(g.abs(d), last, false) : g.pow(g.sum(g.pow(g.abs(d), p), last, false), 1 / p);
  }
}
