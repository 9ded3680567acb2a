package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("x times the normal distribution function (Hendrycks and Gimpel, 2016).")
public record Gelu(
    @Doc("Whether a formula with tanh stands in for the distribution function.") @Default("none") Approximation approximate)
    implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return switch (approximate) {
      case NONE -> emit.mul(emit.mul(x, 0.5), emit.add(emit.erf(emit.mul(x, Math.sqrt(0.5))), 1));
      case TANH -> {
        Value inner = emit.mul(emit.add(x, emit.mul(emit.mul(emit.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
        yield emit.mul(emit.mul(x, 0.5), emit.add(emit.tanh(inner), 1));
      }
    };
  }

  /// How the normal distribution function is computed.
  public enum Approximation {
    /// By erf.
    NONE,
    /// By tanh of a cubic polynomial, which is off by up to 5e-4.
    TANH
  }
}
