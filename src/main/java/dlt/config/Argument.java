package dlt.config;

import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;

/// One key of a record: what the binder, the JSON Schema, `dlt explain` and the reference know of it.
///
/// `component` is the Java name, `type` the Java type and `typeText` what people read ("whole number >= 1"). Inline
/// components are not listed here: their kinds' own arguments stand beside these keys.
public record Argument(
    String key, String component, Type type, String typeText, Optional<String> defaultText, Optional<Range> range, String doc) {
  /// Whether the key must be given.
  public boolean required() {
    return defaultText.isEmpty() && !typeText.isEmpty();
  }

  /// The arguments of a record in their order.
  public static List<Argument> of(Class<? extends Record> record) {
    throw new UnsupportedOperationException("Argument.of");
  }
}
