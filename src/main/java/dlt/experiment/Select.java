package dlt.experiment;

import dlt.config.Default;
import dlt.config.Doc;
import java.util.Optional;

@Doc("Which epoch's weights are kept: the best by a metric of the validation part.")
public record Select(
    @Doc("`loss` or one of `metrics`.") @Default("loss") String metric,
    @Doc("Whether the smallest or the largest value is best; by the metric's own sense where left out.") Optional<Mode> mode) {
  /// Which value is best.
  public enum Mode {
    @Doc("The smallest.") MIN,
    @Doc("The largest.") MAX
  }
}
