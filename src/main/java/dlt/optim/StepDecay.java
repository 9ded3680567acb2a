package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Key;
import dlt.config.Range;

@Doc("The rate times gamma after every step_size.")
@Key("step")
public record StepDecay(
    @Doc("How long the rate stays.") @Range(min = 0, minExclusive = true) double stepSize,
    @Doc("What it is multiplied by.") @Range(min = 0) @Default("0.1") double gamma)
    implements Schedule {
  @Override
  public double lr(double base, Time time) {
    return base * Math.pow(gamma, Math.floor(time.now() / stepSize));
  }
}
