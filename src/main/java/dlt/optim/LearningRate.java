package dlt.optim;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// The learning rate of a training: a pure function of the step, but for `reduce_on_plateau`, whose state goes into checkpoints.
public final class LearningRate {
  private final List<Phase> phases;
  private final long total;

  /// The rate under `phases` (none: constant) in a training of `epochs` epochs of `stepsPerEpoch` steps. Throws
  /// [dlt.config.Invalid] where the phases are longer than the training.
  public LearningRate(List<Phase> phases, long stepsPerEpoch, int epochs) {
    this.phases = List.copyOf(phases);
    this.total = stepsPerEpoch * epochs;
  }

  /// The learning rate of `step` (1 for the first) for parameters whose base rate is `base`.
  public double at(long step, double base) {
    return phases.isEmpty() ? base : phases.getFirst().schedule().lr(base, new Time(step - 1, total, 1));
  }

  /// The momentum of `step`, where the schedule changes it.
  public OptionalDouble momentum(long step) {
    return OptionalDouble.empty();
  }

  /// Tells what an epoch's validation came to (for `reduce_on_plateau`), after the epoch's last step, which was `step`.
  public void epochEnded(long step, double metric) {}

  /// What [#restore] needs; empty where the rate depends on the step alone.
  public Map<String, Double> state() {
    return Map.of();
  }

  /// Goes on from a [#state].
  public void restore(Map<String, Double> state) {}
}
