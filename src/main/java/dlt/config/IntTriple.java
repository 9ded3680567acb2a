package dlt.config;

import java.util.Optional;

/// Depth, rows and columns: `3` means `[3, 3, 3]`.
public record IntTriple(@Doc("Depth.") int first, @Doc("Rows.") int second, @Doc("Columns.") int third) {
  public static IntTriple of(int all) {
    return new IntTriple(all, all, all);
  }

  @FromText("whole number or [depth, rows, columns]")
  public static IntTriple parse(String text) {
    try {
      return of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      throw new Invalid("", "'" + text + "'", "a whole number or [depth, rows, columns]");
    }
  }

  @ToText
  public Optional<String> text() {
    return first == second && first == third ? Optional.of(Integer.toString(first)) : Optional.empty();
  }

  /// Rows and columns.
  public IntPair image() {
    return new IntPair(second, third);
  }

  /// The depth, beside `second`.
  public IntPair depth(int second) {
    return new IntPair(first, second);
  }

  @Override
  public String toString() {
    return "[" + first + ", " + second + ", " + third + "]";
  }
}
