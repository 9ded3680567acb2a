package dlt.optim;

import dlt.config.Doc;
import dlt.config.Range;

@Doc("The rate times gamma for each unit of time.")
public record Exponential(
    @Doc("What it is multiplied by.") @Range(min = 0) double gamma)
    implements Schedule {
  @Override
  public double lr(double base, Time time) {
    return base * Math.pow(gamma, time.now());
  }
}
