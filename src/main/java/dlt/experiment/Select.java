package dlt.experiment;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Shorthand;
import dlt.metric.Metric;
import java.util.Arrays;
import java.util.Optional;

@Doc("Which epoch's weights are kept: the best by a metric of the validation part.")
@Shorthand
public record Select(
    @Doc("`loss` or one of `metrics`.") @Default("loss") String metric,
    @Doc("Whether the smallest or the largest value is best; by the metric's own sense where left out.") Optional<Mode> mode) {
  /// Which value is best.
  public enum Mode {
    @Doc("The smallest.") MIN,
    @Doc("The largest.") MAX
  }

  /// Whether the largest value is best.
  public boolean maximises() {
    return mode.map(m -> m == Mode.MAX).orElseGet(() -> Arrays.stream(Metric.values()).anyMatch(m -> m.key().equals(metric) && m.higherIsBetter()));
  }
}
