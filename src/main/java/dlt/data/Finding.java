package dlt.data;

import java.util.Locale;

/// Something about the data that makes figures look better than the model is, or that the model cannot learn from. `what`
/// names the place too; `advice` may be empty.
public record Finding(Severity severity, Rule rule, String place, String what, String advice) {
  /// How much is at stake.
  public enum Severity {
    /// Figures of validation and test may be too good.
    WARNING,
    /// Useless, and harmless.
    NOTE
  }

  /// What was looked for.
  public enum Rule {
    DUPLICATES, CONTRARY_TARGETS, NEAR_DUPLICATES, TARGET_AMONG_FEATURES, CORRELATES_WITH_TARGET, GROUP_ON_BOTH_SIDES, SHUFFLED_TIME, ROW_NUMBER, CONSTANT, CONSTANT_TARGET, LYING_IMAGES;

    /// Its name in JSON.
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// One line for people.
  public String text() {
    return severity.name().toLowerCase(Locale.ROOT) + ": " + what + (advice.isEmpty() ? "" : "; " + advice);
  }
}
