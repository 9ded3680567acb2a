package dlt.optim;

import dlt.config.Doc;
import dlt.config.Inline;
import dlt.config.Invalid;
import dlt.config.Range;
import java.util.Optional;

/// A schedule and how long it lasts; phases of a list follow one another, each from the optimizer's learning rate.
public record Phase(
    @Inline Schedule schedule,
    @Doc("How many epochs it lasts; the last phase fills what is left of the training.")
        @Range(min = 0, minExclusive = true) Optional<Double> epochs,
    @Doc("How many steps it lasts, instead of epochs.") @Range(min = 1) Optional<Integer> steps,
    @Doc("What the schedule's own arguments count; as the length where left out, else epochs (one_cycle, cyclic: steps).")
        Optional<Unit> unit) {
  public Phase {
    if (epochs.isPresent() && steps.isPresent()) {
      throw new Invalid("steps", "a length in epochs and one in steps", "one of them");
    }
  }

  /// What the schedule's own arguments count.
  Unit counted() {
    return unit.orElse(steps.isPresent() ? Unit.STEPS : epochs.isPresent() ? Unit.EPOCHS : schedule.unit());
  }
}
