package dlt.optim;

import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.Shape;

/// What an optimizer may ask for while it emits the update of one parameter.
public interface OptimScope extends Emit {
  /// A float32 variable that belongs to the parameter, filled with `initial` before the first step.
  Value state(String name, Shape shape, double initial);

  /// A rank-0 input that the host sets before each step to what [Optimizer#scalars] says.
  Value scalar(String name);

  /// Says what `variable`, the parameter or one of its states, becomes at the end of the step.
  void assign(Value variable, Value next);
}
