package dlt.optim;

import dlt.config.Doc;
import dlt.config.Invalid;
import java.util.List;

@Doc("Several schedules at the same time, each from where the one before it leaves the rate: their factors multiply (PyTorch's ChainedScheduler).")
public record Chained(
    @Doc("step, multi_step, exponential, constant, linear, polynomial or cosine (down to 0); their arguments count the unit of the phase.")
        List<Schedule> schedules)
    implements Schedule {
  public Chained {
    if (schedules.isEmpty()) {
      throw new Invalid("schedules", "none", "at least one schedule");
    }
    for (int i = 0; i < schedules.size(); i++) {
      if (!schedules.get(i).multiplies()) {
        throw new Invalid("schedules", "one, number " + (i + 1) + ", that does not multiply the rate by a factor",
            "step, multi_step, exponential, constant, linear, polynomial, or cosine without eta_min");
      }
    }
  }

  @Override
  public double lr(double base, Time time) {
    double rate = base;
    for (Schedule s : schedules) {
      rate = s.lr(rate, time);
    }
    return rate;
  }
}
