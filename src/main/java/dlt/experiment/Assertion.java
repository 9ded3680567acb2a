package dlt.experiment;

import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.Invalid;
import dlt.config.ToText;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A condition on a metric: `test.accuracy >= 0.95`, or `accuracy >= 0.95` where the part is clear.
public record Assertion(
    @Doc("Part and metric, such as `test.accuracy`.") String metric, @Doc("How they compare.") Comparison comparison, @Doc("With what.") double bound) {
  private static final Pattern FORM =
      Pattern.compile("\\s*([A-Za-z_][A-Za-z0-9_.]*)\\s*(>=|<=|==|!=|>|<)\\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\\s*");

  private static final Pattern RELATIVE = Pattern.compile(
      "\\s*([A-Za-z_][A-Za-z0-9_.]*)\\s*(>=|<=|==|!=|>|<)\\s*baseline(?:\\s*([-+*])\\s*([0-9]+(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?))?\\s*");

  /// How the metric and the bound are compared.
  public enum Comparison {
    AT_LEAST(">="), AT_MOST("<="), EQUAL("=="), NOT_EQUAL("!="), ABOVE(">"), BELOW("<");

    private final String sign;

    Comparison(String sign) {
      this.sign = sign;
    }

    private boolean holds(double value, double bound) {
      return switch (this) {
        case AT_LEAST -> value >= bound;
        case AT_MOST -> value <= bound;
        case EQUAL -> value == bound;
        case NOT_EQUAL -> value != bound && !Double.isNaN(value);
        case ABOVE -> value > bound;
        case BELOW -> value < bound;
      };
    }
  }

  @FromText("condition")
  public static Assertion parse(String text) {
    Matcher m = FORM.matcher(text);
    if (m.matches()) {
      for (Comparison c : Comparison.values()) {
        if (c.sign.equals(m.group(2))) {
          try {
            double bound = Double.parseDouble(m.group(3));
            if (Double.isFinite(bound)) {
              return new Assertion(m.group(1), c, bound);
            }
          } catch (NumberFormatException e) {
            break;
          }
        }
      }
    }
    throw new Invalid("", "'" + text + "'", "a condition such as validation.accuracy >= 0.95");
  }

  /// The condition in which `baseline`, alone or with a number added, taken away or multiplied (`baseline - 0.005`), stands
  /// for the value of the same metric in `baseline`; or one without it.
  public static Assertion parse(String text, Map<String, Double> baseline) {
    Matcher m = RELATIVE.matcher(text);
    if (!m.matches()) {
      return parse(text);
    }
    Double value = baseline.get(m.group(1));
    if (value == null) {
      throw new Invalid("", "'" + m.group(1) + "', which the baseline lacks", "one of " + String.join(", ", baseline.keySet()));
    }
    double by = m.group(3) == null ? 0 : Double.parseDouble(m.group(4));
    double bound = switch (m.group(3)) {
      case null -> value;
      case "+" -> value + by;
      case "-" -> value - by;
      default -> value * by; // the pattern allows no other
    };
    Assertion form = parse(m.group(1) + m.group(2) + "0");
    return new Assertion(form.metric, form.comparison, bound);
  }

  @ToText
  public Optional<String> text() {
    return Optional.of(metric + " " + comparison.sign + " " + bound);
  }

  /// Whether the condition holds for `value`; it does not for NaN.
  public boolean holds(double value) {
    return comparison.holds(value, bound);
  }

  /// A condition held against figures: the metric's value, if there is one, and what is wrong, for a person, unless it holds.
  public record Verdict(Assertion assertion, Optional<Double> value, Optional<String> wrong) {}

  /// Whether the condition holds. `metrics` are known as `part.metric` and, for the part that is meant by default, as `metric`.
  /// An unknown metric is wrong too.
  public Verdict verdict(Map<String, Double> metrics) {
    Optional<Double> value = Optional.ofNullable(metrics.get(metric));
    String condition = "assert " + text().orElseThrow();
    if (value.isEmpty()) {
      return new Verdict(this, value, Optional.of(condition + ": there is no " + metric + "; there are " + String.join(", ", metrics.keySet())));
    }
    return new Verdict(this, value,
        holds(value.get()) ? Optional.empty() : Optional.of(String.format(Locale.ROOT, "%s: it is %.6g", condition, value.get())));
  }
}
