package dlt.config;

import java.util.Optional;

/// Rows and columns: `3` means `[3, 3]`.
public record IntPair(@Doc("Rows.") int first, @Doc("Columns.") int second) {
  public static IntPair of(int both) {
    return new IntPair(both, both);
  }

  @FromText("whole number or [rows, columns]")
  public static IntPair parse(String text) {
    return TextNumber.whole(text).map(IntPair::of).orElseThrow(() -> new Invalid("", "'" + text + "'", "a whole number or [rows, columns]"));
  }

  @ToText
  public Optional<String> text() {
    return first == second ? Optional.of(Integer.toString(first)) : Optional.empty();
  }
}
