package dlt.report;

import java.util.Locale;

/// A loss or metric as people read it: four decimals for most, seven digits in groups for large ones (`67,240.29`), a power
/// of ten where either would say nothing (`2.081e+11`, `2.135e-05`).
public final class Figure {
  private static final double SMALL = 1e-3, LARGE = 1e3, HUGE = 1e9;
  /// Those of a figure that has no power of ten.
  private static final int DIGITS = 7;

  private Figure() {}

  public static String text(double value) {
    double size = Math.abs(value);
    if (size != 0 && size < SMALL || size >= HUGE) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    int decimals = size < LARGE ? 4 : Math.max(0, DIGITS - (int) Math.log10(size) - 1);
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
