package dlt.config;

/// Rows and columns: `3` means `[3, 3]`.
public record IntPair(int first, int second) {
  public static IntPair of(int both) {
    return new IntPair(both, both);
  }

  @FromText
  public static IntPair parse(String text) {
    try {
      return of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      throw new Invalid("", "'" + text + "'", "a whole number or [rows, columns]");
    }
  }
}
