package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import java.util.Optional;

@Doc("The rate times factor until total_iters, then the rate itself.")
public record Constant(
    @Doc("What it is multiplied by.") @Range(min = 0) @Default("1") double factor,
    @Doc("How long it is multiplied; the phase's length where left out.")
        @Range(min = 0, minExclusive = true) Optional<Double> totalIters)
    implements Schedule {
  @Override
  public double lr(double base, Time time) {
    return time.now() < totalIters.orElse(time.length()) ? base * factor : base;
  }
}
