package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import java.util.Optional;

@Doc("The rate times a power of what is left of total_iters, down to 0.")
public record Polynomial(
    @Doc("How long it takes; the phase's length where left out.")
        @Range(min = 0, minExclusive = true) Optional<Double> totalIters,
    @Doc("The power.") @Range(min = 0) @Default("1") double power)
    implements Schedule {
  @Override
  public double lr(double base, Time time) {
    double total = totalIters.orElse(time.length());
    return base * Math.pow(1 - Math.min(time.now(), total) / total, power);
  }
}
