package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;

@Doc("The rate times factor whenever the validation stops getting better.")
public record ReduceOnPlateau(
    @Doc("Whether lower or higher is better.") @Default("min") Mode mode,
    @Doc("What the rate is multiplied by.") @Range(min = 0, max = 1, maxExclusive = true) @Default("0.1") double factor,
    @Doc("How many epochs without improvement are let pass.") @Range(min = 0) @Default("10") int patience,
    @Doc("How much better counts as better.") @Range(min = 0) @Default("1e-4") double threshold,
    @Doc("Whether the threshold is a share of the best value or a difference.")
        @Default("rel") ThresholdMode thresholdMode,
    @Doc("How many epochs after a reduction nothing is counted.") @Range(min = 0) @Default("0") int cooldown,
    @Doc("The lowest rate.") @Range(min = 0) @Default("0") double minLr,
    @Doc("A reduction by less than this is left out.") @Range(min = 0) @Default("1e-8") double eps,
    @Doc("What the validation is measured by.") @Default("loss") String metric)
    implements Schedule {
  /// Which values are better.
  public enum Mode {
    MIN, MAX
  }

  /// What the threshold is compared with.
  public enum ThresholdMode {
    REL, ABS
  }

  /// What it remembers from epoch to epoch: the best value, the epochs since, the epochs left to cool down, and how often the
  /// rate was reduced.
  record Memory(double best, int bad, int cooling, int reductions) {}

  /// The memory before the first epoch.
  Memory start() {
    return new Memory(mode == Mode.MIN ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY, 0, 0, 0);
  }

  /// The memory after an epoch whose validation came to `value`.
  Memory after(Memory memory, double value) {
    boolean better = better(value, memory.best());
    int bad = better || memory.cooling() > 0 ? 0 : memory.bad() + 1;
    int cooling = Math.max(0, memory.cooling() - 1);
    boolean reduce = bad > patience;
    return new Memory(better ? value : memory.best(), reduce ? 0 : bad, reduce ? cooldown : cooling,
        memory.reductions() + (reduce ? 1 : 0));
  }

  private boolean better(double value, double best) {
    return switch (mode) {
      case MIN -> value < (thresholdMode == ThresholdMode.REL ? best * (1 - threshold) : best - threshold);
      case MAX -> value > (thresholdMode == ThresholdMode.REL ? best * (1 + threshold) : best + threshold);
    };
  }

  @Override
  public boolean multiplies() {
    return false;
  }

  @Override
  public double lr(double base, Time time) {
    double rate = base;
    for (int i = 0; i < time.reductions(); i++) {
      double next = Math.max(rate * factor, minLr);
      rate = rate - next > eps ? next : rate;
    }
    return rate;
  }
}
