package dlt.layer;

import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.config.TextNumber;
import dlt.config.ToText;
import java.util.Optional;

/// Elements added at the two ends of a signal, in PyTorch's order: `[left, right]`, or one number for both.
public record Sides(@Doc("Elements on the left.") @Range(min = 0) int left, @Doc("Elements on the right.") @Range(min = 0) int right) {
  @FromText("whole number or [left, right]")
  public static Sides parse(String text) {
    return TextNumber.whole(text).filter(both -> both >= 0).map(both -> new Sides(both, both))
        .orElseThrow(() -> new Invalid("", "'" + text + "'", "a whole number or [left, right]"));
  }

  @ToText
  public Optional<String> text() {
    return left == right ? Optional.of(Integer.toString(left)) : Optional.empty();
  }
}
