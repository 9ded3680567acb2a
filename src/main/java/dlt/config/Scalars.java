package dlt.config;

import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/// Binds numbers, truth values, text and enums; null after an error.
final class Scalars {
  private static final Set<String> YAML_1_1_BOOLEANS = Set.of("yes", "no", "on", "off", "y", "n", "Yes", "No", "On", "Off");

  private final Errors errors;

  Scalars(Errors errors) {
    this.errors = errors;
  }

  Integer int32(YamlNode node, Form form, Spot spot) {
    Long value = whole(node, form, spot, Integer.MIN_VALUE, Integer.MAX_VALUE);
    return value == null ? null : value.intValue();
  }

  Long int64(YamlNode node, Form form, Spot spot) {
    return whole(node, form, spot, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private Long whole(YamlNode node, Form form, Spot spot, long min, long max) {
    if (!(node instanceof YamlNode.Scalar s) || CoreScalar.of(s) != CoreScalar.WHOLE) {
      return errors.wrong(node, form, spot, numberHint(node));
    }
    Optional<Long> value = CoreScalar.whole(s.text()).filter(v -> v >= min && v <= max);
    if (value.isEmpty()) {
      return errors.add(s.at(), spot.label() + ": found " + Errors.describe(s) + ", expected a whole number from " + min + " to " + max, "");
    }
    return inRange(value.get(), spot.range()) ? value.get() : errors.wrong(node, form, spot, "");
  }

  Double real(YamlNode node, Form form, Spot spot) {
    if (!(node instanceof YamlNode.Scalar s) || !isNumber(CoreScalar.of(s))) {
      return errors.wrong(node, form, spot, numberHint(node));
    }
    Double value = CoreScalar.real(s.text());
    return inRange(value, spot.range()) ? value : errors.wrong(node, form, spot, "");
  }

  private static boolean isNumber(CoreScalar kind) {
    return kind == CoreScalar.WHOLE || kind == CoreScalar.FLOAT;
  }

  private static String numberHint(YamlNode node) {
    return node instanceof YamlNode.Scalar s && s.quoted() && isNumber(CoreScalar.of(s.text())) ? "remove the quotes" : "";
  }

  static boolean inRange(double v, Optional<Range> range) {
    return range.isEmpty() || (above(v, range.get()) && below(v, range.get()));
  }

  private static boolean above(double v, Range r) {
    return r.minExclusive() ? v > r.min() : v >= r.min();
  }

  private static boolean below(double v, Range r) {
    return r.maxExclusive() ? v < r.max() : v <= r.max();
  }

  Boolean truth(YamlNode node, Form form, Spot spot) {
    if (!(node instanceof YamlNode.Scalar s) || CoreScalar.of(s) != CoreScalar.BOOLEAN) {
      boolean old = node instanceof YamlNode.Scalar s && YAML_1_1_BOOLEANS.contains(s.text());
      return errors.wrong(node, form, spot, old ? "YAML 1.2 knows true and false alone" : "");
    }
    return CoreScalar.truth(s.text());
  }

  String text(YamlNode node, Form form, Spot spot) {
    if (!(node instanceof YamlNode.Scalar s) || CoreScalar.isNull(s)) {
      return errors.wrong(node, form, spot, "");
    }
    if (CoreScalar.of(s) != CoreScalar.TEXT) {
      return errors.wrong(node, form, spot, "quote it: '" + Errors.brief(s.text()) + "'");
    }
    if (s.text().indexOf('\0') >= 0) { // no path may hold it
      return errors.add(s.at(), spot.label() + ": found a text with the character U+0000, expected " + form.text(spot.range()), "");
    }
    return s.text();
  }

  Enum<?> choice(YamlNode node, Form.Choice form, Spot spot) {
    if (!(node instanceof YamlNode.Scalar s)) {
      return errors.wrong(node, form, spot, "");
    }
    SequencedMap<String, Enum<?>> constants = Kinds.constants(form.type());
    Enum<?> constant = constants.get(s.text());
    if (constant != null) {
      return constant;
    }
    String hint = Hints.nearest(s.text(), constants.keySet()).map(n -> "did you mean `" + n + "`?").orElse("");
    return errors.add(s.at(), spot.label() + ": found " + Errors.describe(s) + ", expected one of " + Hints.listed(constants.keySet()), hint);
  }
}
