package dlt.optim;

import java.util.OptionalDouble;

/// One kind of learning-rate schedule: the record's components are its arguments in the file, with PyTorch's names. A schedule is
/// a function of time; at whole units of time it has PyTorch's values, in between it goes on smoothly. Adding one is its file and
/// its line here.
public sealed interface Schedule
    permits StepDecay, MultiStep, Exponential, Constant, Linear, Polynomial, Cosine, CosineWarmRestarts, OneCycle, Cyclic,
        ReduceOnPlateau, Chained {
  /// What its arguments count where the file does not say.
  default Unit unit() {
    return Unit.EPOCHS;
  }

  /// Whether the learning rate is the optimizer's times a factor that depends on the time alone.
  default boolean multiplies() {
    return true;
  }

  /// The learning rate at `time` where the optimizer's is `base`.
  double lr(double base, Time time);

  /// The momentum at `time`, for those that change it too.
  default OptionalDouble momentum(Time time) {
    return OptionalDouble.empty();
  }
}
