package dlt.train;

import java.util.Locale;

/// Why a training ended.
public enum Ending {
  /// All epochs are done.
  EPOCHS,
  /// The selected metric no longer improved.
  EARLY_STOPPING,
  /// The minutes of `training.budget` are used up.
  BUDGET,
  /// A signal came; everything is saved and nothing exported.
  INTERRUPTED;

  /// As JSON documents and manifests call it.
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
