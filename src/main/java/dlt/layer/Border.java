package dlt.layer;

import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.config.ToText;
import java.util.Optional;

/// Pixels added on the four sides of an image, in PyTorch's order: `[left, right, top, bottom]`, or one number for all.
public record Border(
    @Doc("Columns on the left.") @Range(min = 0) int left,
    @Doc("Columns on the right.") @Range(min = 0) int right,
    @Doc("Rows above.") @Range(min = 0) int top,
    @Doc("Rows below.") @Range(min = 0) int bottom) {
  @FromText("whole number or [left, right, top, bottom]")
  public static Border parse(String text) {
    if (!text.matches("[0-9]{1,6}")) {
      throw new Invalid("", "'" + text + "'", "a whole number or [left, right, top, bottom]");
    }
    int all = Integer.parseInt(text);
    return new Border(all, all, all, all);
  }

  @ToText
  public Optional<String> text() {
    return left == right && left == top && left == bottom ? Optional.of(Integer.toString(left)) : Optional.empty();
  }
}
