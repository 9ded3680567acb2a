package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Value;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;

@Doc("Adam whose averaged squares are kept as one number for each row and one for each column.")
public record Adafactor(
    @Doc("Learning rate.") @Range(min = 0) @Default("1e-2") double lr,
    @Doc("The power of the step by which the average of squares forgets.")
        @Range(max = 0) @Default("-0.8") double beta2Decay,
    @Doc("The least variance (null: the distance of 1 to the next float) and the least scale of a parameter.")
        @Default("[null, 1e-3]") Eps eps,
    @Doc("The largest root mean square of an update.") @Range(min = 1) @Default("1") double d,
    @Doc("How much of a parameter is taken off at each step, times the learning rate.")
        @Range(min = 0) @Default("0") double weightDecay,
    @Doc("Goes up instead of down.") @Default("false") boolean maximize,
    @Doc("Parameters with settings of their own.") @Default("[]") List<Group> groups)
    implements Optimizer {
  /// The least variance and the least scale of a parameter.
  public record Eps(
      @Doc("The least variance; the distance of 1 to the next float where left out.") @Range(min = 0) Optional<Double> variance,
      @Doc("Smallest scale of a parameter.") @Range(min = 0) double scale) {}

  @Override
  public void emit(OptimScope scope, Value parameter, Value gradient) {
    Value g = Steps.gradient(scope, gradient, maximize);
    double least = eps.variance().orElse((double) Math.ulp(1f));
    Value variance = parameter.shape().rank() > 1 ? factored(scope, g, least) : full(scope, g);
    Value update = scope.div(g, scope.sqrt(scope.max(variance, least * least)));
    Value denominator = scope.max(scope.div(Steps.rootMeanSquare(scope, update), d), 1);
    Value alpha = scope.mul(scope.max(Steps.rootMeanSquare(scope, parameter), eps.scale()), scope.scalar("relative_size"));
    Value p = Steps.shrunk(scope, parameter, weightDecay);
    scope.assign(parameter, scope.sub(p, scope.mul(update, scope.div(alpha, denominator))));
  }

  /// The outer product of the averaged squares of rows and of columns over the mean of the former.
  private Value factored(OptimScope scope, Value g, double least) {
    Shape shape = g.shape();
    Value rows = scope.state("row_var", shape.with(-1, 1), 0);
    Value columns = scope.state("col_var", shape.with(-2, 1), 0);
    Value square = scope.square(g);
    Value row = Steps.lerp(scope, rows, scope.mean(square, List.of(-1), true), scope.scalar("share"));
    Value column = Steps.lerp(scope, columns, scope.mean(square, List.of(-2), true), scope.scalar("share"));
    scope.assign(rows, row);
    scope.assign(columns, column);
    return scope.div(scope.mul(row, column), scope.max(scope.mean(row, List.of(-2), true), least));
  }

  private Value full(OptimScope scope, Value g) {
    Value state = scope.state("variance", g.shape(), 0);
    Value variance = Steps.lerp(scope, state, scope.square(g), scope.scalar("share"));
    scope.assign(state, variance);
    return variance;
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    return Map.of(
        "share", Math.pow(step, beta2Decay),
        "relative_size", Math.min(lr, 1 / Math.sqrt(step)),
        "keep", 1 - lr * weightDecay);
  }
}
