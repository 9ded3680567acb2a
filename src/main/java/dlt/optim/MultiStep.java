package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import java.util.List;

@Doc("The rate times gamma at each milestone.")
public record MultiStep(
    @Doc("When the rate falls.") List<Double> milestones,
    @Doc("What it is multiplied by.") @Range(min = 0) @Default("0.1") double gamma)
    implements Schedule {
  @Override
  public double lr(double base, Time time) {
    return base * Math.pow(gamma, milestones.stream().filter(m -> m <= time.now()).count());
  }
}
