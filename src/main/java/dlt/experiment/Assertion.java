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
            return new Assertion(m.group(1), c, Double.parseDouble(m.group(3)));
          } catch (NumberFormatException e) {
            break;
          }
        }
      }
    }
    throw new Invalid("", "'" + text + "'", "a condition such as validation.accuracy >= 0.95");
  }

  @ToText
  public Optional<String> text() {
    return Optional.of(metric + " " + comparison.sign + " " + bound);
  }

  /// Whether the condition holds for `value`; it does not for NaN.
  public boolean holds(double value) {
    return comparison.holds(value, bound);
  }

  /// What is wrong, for a person, or null where the condition holds. `metrics` are known as `part.metric` and, for the part
  /// that is meant by default, as `metric`. An unknown metric is wrong too.
  public String verdict(Map<String, Double> metrics) {
    Double value = metrics.get(metric);
    if (value == null) {
      return "assert " + text().orElseThrow() + ": there is no " + metric + "; there are " + String.join(", ", metrics.keySet());
    }
    return holds(value) ? null : String.format(Locale.ROOT, "assert %s: it is %.6g", text().orElseThrow(), value);
  }
}
