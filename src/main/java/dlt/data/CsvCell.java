package dlt.data;

/// What a cell's text means.
final class CsvCell {
  private CsvCell() {}

  /// The decimal number that `text` is, or NaN where it is none. Java's own forms (`1f`, `0x1p3`, `NaN`, `Infinity`) are none.
  static double number(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
        return Double.NaN;
      }
    }
    try {
      double value = Double.parseDouble(text);
      return Double.isInfinite(value) ? Double.NaN : value;
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /// `1`, `1.0` and `1e0` as `1`; other texts as they are.
  static String canonical(String text) {
    double value = number(text);
    return whole(value) ? Long.toString((long) value) : text;
  }

  /// Whether `value` is a whole number that a double holds exactly.
  static boolean whole(double value) {
    return value == Math.rint(value) && Math.abs(value) < 0x1p53;
  }

  /// By value where both are whole numbers; those come before other texts, which are in the order of their characters.
  static int compare(String a, String b) {
    double x = number(a);
    double y = number(b);
    if (whole(x) != whole(y)) {
      return whole(x) ? -1 : 1;
    }
    int byValue = whole(x) ? Double.compare(x, y) : 0;
    return byValue != 0 ? byValue : a.compareTo(b);
  }
}
