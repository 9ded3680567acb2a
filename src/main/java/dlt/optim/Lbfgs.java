package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Key;
import dlt.config.Range;
import dlt.op.ShapeException;
import dlt.op.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A step asks for the loss and the gradient at several places, so it is taken on the host ([Minimizer]); a run of the graph
/// leaves the parameter as it is and keeps its gradient.
@Doc("Limited-memory BFGS: Newton steps by a curvature learned from past gradients; for whole data sets (batch_size: all).")
@Key("lbfgs")
public record Lbfgs(
    @Doc("Learning rate.") @Range(min = 0) @Default("1") double lr,
    @Doc("The most iterations of one step.") @Range(min = 1) @Default("20") int maxIter,
    @Doc("The most evaluations of one step; 5/4 of max_iter where left out.") @Range(min = 1) Optional<Integer> maxEval,
    @Doc("A gradient whose elements are no larger ends the step.") @Range(min = 0) @Default("1e-7") double toleranceGrad,
    @Doc("A change of the loss or the parameters that is no larger ends the step.") @Range(min = 0) @Default("1e-9")
        double toleranceChange,
    @Doc("How many past gradients the curvature is learned from.") @Range(min = 1) @Default("100") int historySize,
    @Doc("How the length of a move is found; lr where left out.") Optional<LineSearch> lineSearchFn)
    implements Optimizer {
  /// How the length of a move is found.
  public enum LineSearch {
    @Doc("Tried until the loss has fallen and its slope is flat enough.")
    STRONG_WOLFE
  }

  /// The states of a parameter: its gradient at the last run, that before the last move, the last move, and the moves and
  /// changes of the gradient that are remembered, oldest first and zeros behind.
  static final String GRADIENT = "gradient", LAST_GRADIENT = "prev_gradient", LAST_MOVE = "prev_step", MOVES = "old_stps",
      CHANGES = "old_dirs";

  @Override
  public List<Group> groups() {
    return List.of();
  }

  @Override
  public void emit(OptimScope scope, Value parameter, Value gradient) {
    long remembered = Math.multiplyExact(parameter.shape().size(), (long) historySize);
    if (remembered > Integer.MAX_VALUE) {
      throw new ShapeException("lbfgs", "history_size " + historySize + " met a parameter " + parameter.shape() + ": it would keep " + remembered
          + " numbers in one array, " + Integer.MAX_VALUE + " is the most; take a smaller history_size or another optimizer");
    }
    scope.assign(scope.state(GRADIENT, parameter.shape(), 0), gradient);
    scope.state(LAST_GRADIENT, parameter.shape(), 0);
    scope.state(LAST_MOVE, parameter.shape(), 0);
    scope.state(MOVES, parameter.shape().insert(0, historySize), 0);
    scope.state(CHANGES, parameter.shape().insert(0, historySize), 0);
  }

  @Override
  public Map<String, Double> scalars(long step, double lr) {
    return Map.of();
  }

  /// The most evaluations of one step.
  long evaluations() {
    return maxEval.map(Integer::longValue).orElse(maxIter * 5L / 4);
  }
}
