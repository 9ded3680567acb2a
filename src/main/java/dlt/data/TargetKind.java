package dlt.data;

/// What a loss wants of its target.
public enum TargetKind {
  /// Class indices, int64.
  CLASSES,
  /// Numbers, float32.
  VALUES,
  /// No target at all: inputs for a prediction.
  NONE
}
