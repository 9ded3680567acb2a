package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import java.util.Optional;
import java.util.OptionalDouble;

@Doc("Up from base_lr to max_lr and down again, over and over; momentum goes the other way.")
public record Cyclic(
    @Doc("The lowest rate; the optimizer's, or that of each of its groups, where left out.") @Range(min = 0) Optional<Double> baseLr,
    @Doc("The highest rate of the first cycle.") @Range(min = 0) double maxLr,
    @Doc("How long it goes up.") @Range(min = 0, minExclusive = true) @Default("2000") double stepSizeUp,
    @Doc("How long it goes down; as long as up where left out.")
        @Range(min = 0, minExclusive = true) Optional<Double> stepSizeDown,
    @Doc("How the height changes from cycle to cycle.") @Default("triangular") Mode mode,
    @Doc("With exp_range, the factor of the height for each unit of time.") @Range(min = 0) @Default("1") double gamma,
    @Doc("Whether momentum (the first of betas) changes too.") @Default("true") boolean cycleMomentum,
    @Doc("Momentum at the highest rate.")
        @Range(min = 0, minExclusive = true, max = 1) @Default("0.8") double baseMomentum,
    @Doc("Momentum at the lowest rate.") @Range(min = 0, minExclusive = true, max = 1) @Default("0.9") double maxMomentum)
    implements Schedule {
  /// How the height changes from cycle to cycle.
  public enum Mode {
    @Doc("It stays.")
    TRIANGULAR,
    @Doc("It halves.")
    TRIANGULAR2,
    @Doc("It shrinks by gamma for each unit of time.")
    EXP_RANGE
  }

  @Override
  public boolean multiplies() {
    return false;
  }

  @Override
  public Unit unit() {
    return Unit.STEPS;
  }

  @Override
  public double lr(double base, Time time) {
    double low = baseLr.orElse(base);
    return low + (maxLr - low) * height(time.now());
  }

  @Override
  public OptionalDouble momentum(Time time) {
    return cycleMomentum ? OptionalDouble.of(maxMomentum - (maxMomentum - baseMomentum) * height(time.now()))
        : OptionalDouble.empty();
  }

  /// Where the cycle is, from 0 at the bottom to 1 at the first cycle's top.
  private double height(double now) {
    double length = stepSizeUp + stepSizeDown.orElse(stepSizeUp);
    double cycle = Math.floor(now / length);
    double share = now / length - cycle;
    double up = stepSizeUp / length;
    double height = share <= up ? share / up : (share - 1) / (up - 1);
    return switch (mode) {
      case TRIANGULAR -> height;
      case TRIANGULAR2 -> height / Math.pow(2, cycle);
      case EXP_RANGE -> height * Math.pow(gamma, now);
    };
  }
}
