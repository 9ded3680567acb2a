package dlt.data;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a cell's text means.
final class CsvCell {
  /// So many digits always fit into a double.
  private static final int EXACT_DIGITS = 15;

  private static final double[] TENS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

  private static final Pattern GROUPED = Pattern.compile("[-+]?[0-9]{1,3}(\\.[0-9]{3})+(,[0-9]*)?");

  private static final Pattern THOUSANDS = Pattern.compile("[-+]?[0-9]{1,3}([,' \u00a0\u202f_][0-9]{3})+(\\.[0-9]*)?");
  private static final Pattern DECIMAL_COMMA = Pattern.compile("[-+]?[0-9]*,[0-9]+");
  private static final Pattern SIGN = Pattern.compile("[-+]?(\\p{Sc}?)[-+]?[0-9]+(?:[.,][0-9]+)*\\s*([%\u2030\u00b0\\p{Sc}]?)");

  private CsvCell() {}

  /// What to do with a text that is no number and was probably meant as one, from the `;` on; empty where it is any other text.
  static String meant(String text) {
    boolean comma = DECIMAL_COMMA.matcher(text).matches();
    if (THOUSANDS.matcher(text).matches()) {
      return "; write thousands without " + (text.contains(",") ? "commas" : "what stands between them") + (comma ? ", or say `decimal: ','` if the comma stands before decimals" : "");
    }
    if (comma) {
      return "; say `decimal: ','` if the comma stands before decimals";
    }
    Matcher m = SIGN.matcher(text);
    return m.matches() && m.group(1).isEmpty() != m.group(2).isEmpty() ? "; write numbers without the '" + m.group(1) + m.group(2) + "'" : "";
  }

  /// `text` where it is a number with a comma before its decimals, and maybe points between thousands, as one with a point; other
  /// texts as they are.
  static String withPoint(String text) {
    if (text.indexOf('.') >= 0) {
      return GROUPED.matcher(text.strip()).matches() ? text.replace(".", "").replace(',', '.') : text;
    }
    String point = text.replace(',', '.');
    return Double.isNaN(number(point.strip())) ? text : point;
  }

  /// The decimal number that `text` is, or NaN where it is none. Java's own forms (`1f`, `0x1p3`, `NaN`, `Infinity`) are none.
  static double number(String text) {
    boolean negative = text.startsWith("-");
    long digits = 0;
    int count = 0;
    int point = -1;
    for (int i = negative ? 1 : 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9') {
        digits = digits * 10 + (c - '0');
        count++;
      } else if (c == '.' && point < 0) {
        point = count;
      } else {
        return parsed(text);
      }
    }
    if (count == 0 || count > EXACT_DIGITS) {
      return parsed(text);
    }
    // both are exact, so that the quotient is rounded once, as it should be
    double value = point < 0 ? digits : digits / TENS[count - point];
    return negative ? -value : value;
  }

  private static double parsed(String text) {
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

  /// What to say where class indices are wanted and `value` looks like a probability; empty where it does not.
  static String probabilities(double value) {
    return value > 0 && value < 1 ? "; `cross_entropy: {probabilities: true}` learns probabilities" : "";
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
