package dlt.op;

import dlt.tensor.TensorType;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// A function of each element.
public record Unary(Kind kind) implements Op {
  /// `SIGN` is 0 at 0; `ROUND` goes to the nearest even number; `SIGMOID(x) = 1 / (1 + exp(-x))`;
  /// `RELU` is 0 where `x <= 0`, else `x` (NaN too), and its gradient at 0 is 0 (that of `max(x, 0)` would be a half);
  /// `DETACH` is `x` with no gradient; `BFLOAT16` rounds to the nearest bfloat16, ties to even, and has no gradient either.
  public enum Kind {
    NEG, ABS, SIGN, RELU, FLOOR, ROUND, SQRT, EXP, EXPM1, LOG, LOG1P, TANH, SIGMOID, ERF, SIN, COS, LGAMMA, DETACH, BFLOAT16
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    Operands.float32(this, inputs);
    return inputs.getFirst();
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    Value x = inputs.getFirst();
    Value dx = switch (kind) {
      case NEG -> emit.neg(upstream);
      case ABS -> emit.mul(upstream, emit.sign(x));
      case SIGN, FLOOR, ROUND, DETACH, BFLOAT16 -> null;
      case RELU -> emit.where(emit.lessEqual(output, emit.scalar(0)), emit.scalar(0), upstream);
      case SQRT -> emit.div(upstream, emit.mul(output, 2));
      case EXP -> emit.mul(upstream, output);
      case EXPM1 -> emit.mul(upstream, emit.add(output, 1));
      case LOG -> emit.div(upstream, x);
      case LOG1P -> emit.div(upstream, emit.add(x, 1));
      case TANH -> emit.mul(upstream, emit.sub(1, emit.square(output)));
      case SIGMOID -> emit.mul(upstream, emit.mul(output, emit.sub(1, output)));
      case ERF -> emit.mul(upstream, emit.mul(emit.exp(emit.neg(emit.square(x))), 2 / Math.sqrt(Math.PI)));
      case SIN -> emit.mul(upstream, emit.unary(Kind.COS, x));
      case COS -> emit.neg(emit.mul(upstream, emit.unary(Kind.SIN, x)));
      case LGAMMA -> throw new IllegalStateException("[lgamma] has no gradient rule: it needs the digamma function");
    };
    return Collections.singletonList(dx);
  }
}
