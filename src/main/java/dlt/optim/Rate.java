package dlt.optim;

import java.util.OptionalDouble;

/// The learning rate of each step.
public interface Rate {
  /// The learning rate of `step` (1 for the first) for parameters whose base rate is `base`.
  double at(long step, double base);

  /// The momentum of `step`, where it changes.
  default OptionalDouble momentum(long step) {
    return OptionalDouble.empty();
  }
}
