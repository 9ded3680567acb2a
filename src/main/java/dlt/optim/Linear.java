package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import java.util.Optional;

@Doc("The rate times a factor that goes from start_factor to end_factor in a line and stays there.")
public record Linear(
    @Doc("The factor at the beginning.") @Range(min = 0) @Default("0.3333333333333333") double startFactor,
    @Doc("The factor at the end.") @Range(min = 0) @Default("1") double endFactor,
    @Doc("How long it takes; the phase's length where left out.")
        @Range(min = 0, minExclusive = true) Optional<Double> totalIters)
    implements Schedule {
  @Override
  public double lr(double base, Time time) {
    double total = totalIters.orElse(time.length());
    return base * (startFactor + (endFactor - startFactor) * Math.min(time.now(), total) / total);
  }
}
