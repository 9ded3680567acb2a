package dlt.config;

import java.util.Optional;

/// Reads the numbers that a [FromText] factory is given by the same rules as those of a file: `010` is ten, `2f` no number.
public final class TextNumber {
  private TextNumber() {}

  /// The whole number that `text` is; empty where it is none, or an int cannot hold it.
  public static Optional<Integer> whole(String text) {
    return CoreScalar.of(text) == CoreScalar.WHOLE
        ? CoreScalar.whole(text).filter(v -> v == v.intValue()).map(Long::intValue)
        : Optional.empty();
  }

  /// The finite number that `text` is, whole or not; empty where it is none.
  public static Optional<Double> real(String text) {
    return switch (CoreScalar.of(text)) {
      case WHOLE, FLOAT -> Optional.of(CoreScalar.real(text)).filter(Double::isFinite);
      case NULL, BOOLEAN, TEXT -> Optional.empty();
    };
  }
}
