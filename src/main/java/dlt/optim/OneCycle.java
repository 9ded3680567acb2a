package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import java.util.Optional;
import java.util.OptionalDouble;

@Doc("Up from max_lr / div_factor to max_lr, then down far below, once; momentum goes the other way.")
public record OneCycle(
    @Doc("The highest rate; the optimizer's, or that of each of its groups, where left out.") @Range(min = 0) Optional<Double> maxLr,
    @Doc("How many steps it takes; the phase's length where left out.") @Range(min = 2) Optional<Integer> totalSteps,
    @Doc("The share of the steps that go up.") @Range(min = 0, max = 1) @Default("0.3") double pctStart,
    @Doc("The form of the way up and down.") @Default("cos") Anneal annealStrategy,
    @Doc("Whether momentum (the first of betas) changes too.") @Default("true") boolean cycleMomentum,
    @Doc("Momentum at the highest rate.")
        @Range(min = 0, minExclusive = true, max = 1) @Default("0.85") double baseMomentum,
    @Doc("Momentum at the lowest rate.") @Range(min = 0, minExclusive = true, max = 1) @Default("0.95") double maxMomentum,
    @Doc("The highest rate over the first one.") @Range(min = 0, minExclusive = true) @Default("25") double divFactor,
    @Doc("The first rate over the last one.") @Range(min = 0, minExclusive = true) @Default("1e4") double finalDivFactor,
    @Doc("Whether the way down first ends where the way up began.") @Default("false") boolean threePhase)
    implements Schedule {
  /// How a value goes from one to another.
  public enum Anneal {
    COS, LINEAR;

    /// The value at `share` of the way.
    double between(double from, double to, double share) {
      return switch (this) {
        case COS -> to + (from - to) / 2 * (1 + Math.cos(Math.PI * share));
        case LINEAR -> from + (to - from) * share;
      };
    }
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
    double high = maxLr.orElse(base);
    double first = high / divFactor;
    double last = first / finalDivFactor;
    return threePhase ? along(time, first, high, first, last) : along(time, first, high, last);
  }

  @Override
  public OptionalDouble momentum(Time time) {
    if (!cycleMomentum) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(threePhase ? along(time, maxMomentum, baseMomentum, maxMomentum, maxMomentum)
        : along(time, maxMomentum, baseMomentum, maxMomentum));
  }

  /// The value at `time` on the way through `corners`; the ways up and down of three phases take the same time.
  private double along(Time time, double... corners) {
    double steps = totalSteps.map(Integer::doubleValue).orElse(time.length() / time.step());
    double now = time.now() / time.step();
    double start = 0;
    for (int i = 1; i < corners.length; i++) {
      boolean last = i == corners.length - 1;
      double end = last ? steps - 1 : i * pctStart * steps - i;
      if (now <= end || last) {
        // a way without length, in a short training, has been gone
        double share = end > start ? Math.min(1, (now - start) / (end - start)) : 1;
        return annealStrategy.between(corners[i - 1], corners[i], share);
      }
      start = end;
    }
    throw new IllegalStateException("no corner after the last");
  }
}
