package dlt.loss;

import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.List;
import java.util.Optional;

/// A loss that is a function of each element's difference from the target, a number of any size.
sealed interface Distance extends Loss permits Mse, L1, SmoothL1, Huber {
  Reduction reduction();

  /// The loss of each element, by its prediction less its target.
  Value of(Emit g, Value difference);

  @Override
  default Optional<Target> target(List<Shape> predictions, DType found) {
    return Optional.of(Target.Numbers.any(Targets.one(this, predictions)));
  }

  @Override
  default boolean inTargetUnits() {
    return true;
  }

  @Override
  default Value emit(Emit g, List<Value> predictions, Optional<Value> target) {
    Value x = predictions.getFirst();
    return reduction().apply(g, of(g, g.sub(x, Targets.fit(g, this, predictions, target))));
  }
}
