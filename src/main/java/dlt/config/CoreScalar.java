package dlt.config;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/// What an unquoted YAML scalar means by the core schema of YAML 1.2: `no` and `3:30` are text, `010` is ten, `1e-4` a
/// number.
enum CoreScalar {
  NULL,
  BOOLEAN,
  WHOLE,
  FLOAT,
  TEXT;

  /// No whole number that anybody means is longer; reading millions of digits would take its time.
  private static final int MAX_DIGITS = 1000;

  private static final Pattern INT = Pattern.compile("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+");
  private static final Pattern REAL = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

  static CoreScalar of(String text) {
    return switch (text) {
      case "", "~", "null", "Null", "NULL" -> NULL;
      case "true", "True", "TRUE", "false", "False", "FALSE" -> BOOLEAN;
      case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN" -> FLOAT;
      default -> INT.matcher(text).matches() ? WHOLE : REAL.matcher(text).matches() ? FLOAT : TEXT;
    };
  }

  static CoreScalar of(YamlNode.Scalar s) {
    return s.quoted() ? TEXT : of(s.text());
  }

  /// Whether `node` is there but says nothing: `key:`, `key: null`, `key: ~`.
  static boolean isNull(YamlNode node) {
    return node instanceof YamlNode.Scalar s && of(s) == NULL;
  }

  static boolean truth(String text) {
    return text.startsWith("t") || text.startsWith("T");
  }

  /// The value of a whole number; empty where a long cannot hold it.
  static Optional<Long> whole(String text) {
    if (text.length() > MAX_DIGITS) {
      return Optional.empty();
    }
    BigInteger v =
        text.startsWith("0x") ? new BigInteger(text.substring(2), 16)
        : text.startsWith("0o") ? new BigInteger(text.substring(2), 8)
        : new BigInteger(text);
    return v.bitLength() < Long.SIZE ? Optional.of(v.longValue()) : Optional.empty();
  }

  /// The value of a number, whole or not.
  static double real(String text) {
    if (text.startsWith("0x") || text.startsWith("0o")) {
      return whole(text).map(Long::doubleValue).orElse(Double.POSITIVE_INFINITY);
    }
    return switch (text.charAt(text.length() - 1)) {
      case 'f', 'F' -> text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      case 'n', 'N' -> Double.NaN;
      default -> Double.parseDouble(text);
    };
  }
}
