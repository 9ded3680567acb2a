package dlt.op;

import dlt.tensor.DType;
import dlt.tensor.TensorType;
import java.util.List;

/// A function of two elements, operands broadcast by NumPy's rule. Comparisons give float32 1 or 0; both operands of one may
/// be int64.
public record Binary(Kind kind) implements Op {
  /// `MAX` and `MIN` pass NaN on, as PyTorch's do. `POW` follows `Math.pow`.
  public enum Kind {
    ADD, SUB, MUL, DIV, MAX, MIN, POW, LESS, LESS_EQUAL, EQUAL
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(java.util.Locale.ROOT);
  }

  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 2);
    boolean comparison = switch (kind) {
      case LESS, LESS_EQUAL, EQUAL -> true;
      case ADD, SUB, MUL, DIV, MAX, MIN, POW -> false;
    };
    if (!comparison || inputs.get(0).dtype() != DType.INT64 || inputs.get(1).dtype() != DType.INT64) {
      Operands.float32(this, inputs);
    }
    return TensorType.float32(Operands.broadcast(this, inputs));
  }
}
