package dlt.layer;

/// How a parameter is filled before training. `fanIn` and `fanOut` are PyTorch's.
public sealed interface Init {
  /// Every element `value`.
  record Constant(double value) implements Init {}

  /// Uniform in [-bound, bound).
  record Uniform(double bound) implements Init {}

  /// Normal with this mean and standard deviation.
  record Normal(double mean, double std) implements Init {}

  /// Normal, drawn again outside [low, high].
  record TruncatedNormal(double mean, double std, double low, double high) implements Init {}

  /// Orthogonal rows or columns (whichever are fewer), times `gain`.
  record Orthogonal(double gain) implements Init {}
}
