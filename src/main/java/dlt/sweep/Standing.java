package dlt.sweep;

import java.util.Arrays;
import java.util.Optional;

/// How a trial did so far: the epochs that it was given, its best score in them (NaN where it `failed`), and the seconds that
/// they took.
public record Standing(Trial trial, int epochs, double score, double seconds, Optional<Failing> failed) {
  /// Why a trial has no score.
  public enum Failing {
    /// Its loss, or the metric that trials are compared by, was not finite.
    DIVERGED("diverged"),
    /// It needs more than `training.budget.memory`.
    OVER_BUDGET("over the memory budget");

    private final String text;

    Failing(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }

    /// The one of this text.
    static Failing of(String text) {
      return Arrays.stream(values()).filter(f -> f.text.equals(text)).findFirst().orElse(DIVERGED);
    }
  }
}
