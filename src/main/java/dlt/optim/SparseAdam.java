package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@Doc("Adam for embeddings: rows whose gradient is all zeros stay as they are, averages included.")
public record SparseAdam(
    @Doc("Learning rate.") @Range(min = 0) @Default("1e-3") double lr,
    @Doc("How much of the averages of gradients and of squares is kept.") @Default("[0.9, 0.999]") Betas betas,
    @Doc("Added to the denominator.") @Range(min = 0) @Default("1e-8") double eps,
    @Doc("Goes up instead of down.") @Default("false") boolean maximize,
    @Doc("Parameters with settings of their own.") @Default("[]") List<Group> groups)
    implements Optimizer {
  @Override
  public void emit(OptimScope scope, Value parameter, Value gradient) {
    Value g = Steps.gradient(scope, gradient, maximize);
    Shape shape = parameter.shape();
    List<Integer> inner = shape.axes().subList(Math.min(1, shape.rank()), shape.rank());
    Value met = scope.less(scope.scalar(0), inner.isEmpty() ? scope.abs(g) : scope.reduceMax(scope.abs(g), inner, true));
    Value first = scope.state("exp_avg", shape, 0);
    Value second = scope.state("exp_avg_sq", shape, 0);
    Value mean = Steps.lerp(scope, first, g, scope.scalar("first_share"));
    Value square = Steps.average(scope, second, scope.square(g), betas.second());
    scope.assign(first, scope.where(met, mean, first));
    scope.assign(second, scope.where(met, square, second));
    Value change = scope.div(scope.mul(mean, scope.scalar("sparse_size")), scope.add(scope.sqrt(square), eps));
    scope.assign(parameter, scope.where(met, scope.sub(parameter, change), parameter));
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    double size = lr * Math.sqrt(1 - Math.pow(betas.second(), step)) / (1 - Math.pow(betas.first(), step));
    return Steps.with(Steps.adam(betas, step, lr), "sparse_size", size);
  }

  @Override
  public Optional<Optimizer> withMomentum(double momentum) {
    return Optional.of(Settings.with(this, "betas", betas.withFirst(momentum)));
  }
}
