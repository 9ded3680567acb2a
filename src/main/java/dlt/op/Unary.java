package dlt.op;

import dlt.tensor.TensorType;
import java.util.List;

/// A function of each element.
public record Unary(Kind kind) implements Op {
  /// `SIGN` is 0 at 0; `ROUND` goes to the nearest even number; `SIGMOID(x) = 1 / (1 + exp(-x))`;
  /// `RELU` is 0 where `x <= 0`, else `x` (NaN too), and its gradient at 0 is 0 (that of `max(x, 0)` would be a half).
  public enum Kind {
    NEG, ABS, SIGN, RELU, FLOOR, ROUND, SQRT, EXP, EXPM1, LOG, LOG1P, TANH, SIGMOID, ERF, SIN, COS, LGAMMA
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(java.util.Locale.ROOT);
  }

  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    Operands.float32(this, inputs);
    return inputs.getFirst();
  }
}
