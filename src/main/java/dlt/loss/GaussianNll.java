package dlt.loss;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Emit;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

@Doc("Negative log likelihood under a normal distribution whose mean and variance are the inputs.")
public record GaussianNll(
    @Doc("Whether the constant log(2 pi) / 2 is added.") @Default("false") boolean full,
    @Doc("The least variance.") @Range(min = 0, minExclusive = true) @Default("1e-6") double eps,
    @Doc("mean, sum or none.") @Default("mean") Reduction reduction)
    implements Loss {
  @Override
  public List<String> inputs() {
    return List.of("input", "var");
  }

  @Override
  public Optional<Target> target(List<Shape> predictions, DType found) {
    Targets.count(this, predictions);
    Shape x = predictions.get(0);
    Shape v = predictions.get(1);
    if (!v.equals(x) && !(x.rank() > 1 && (v.equals(x.with(-1, 1)) || v.equals(x.without(-1))))) {
      throw new ShapeException("gaussian_nll", "means " + x + " met variances " + v
          + ": needs one for each mean or for each sample");
    }
    return Optional.of(Target.Numbers.any(x));
  }

  @Override
  public Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    Value t = Targets.fit(g, this, predictions, target);
    Value given = predictions.get(1);
    Value v = given.shape().rank() < x.shape().rank() ? g.reshape(given, x.shape().with(-1, 1)) : given;
    // the limit is not felt by the gradient, as in PyTorch
    Value variance = g.add(v, g.detach(g.sub(g.max(v, eps), v)));
    Value loss = g.mul(g.add(g.log(variance), g.div(g.square(g.sub(x, t)), variance)), 0.5);
    return reduction.apply(g, full ? g.add(loss, 0.5 * Math.log(2 * Math.PI)) : loss);
  }
}
