package dlt.op;

import dlt.tensor.DType;
import dlt.tensor.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// A function of two elements, operands broadcast by NumPy's rule. Comparisons give float32 1 or 0; both operands of one may
/// be int64.
public record Binary(Kind kind) implements Op {
  /// `MAX` and `MIN` pass NaN on and share the gradient of equal operands, as PyTorch's do. `POW` follows `Math.pow`.
  public enum Kind {
    ADD, SUB, MUL, DIV, MAX, MIN, POW, LESS, LESS_EQUAL, EQUAL
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
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

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    Value a = inputs.get(0);
    Value b = inputs.get(1);
    Value da = switch (kind) {
      case ADD, SUB -> upstream;
      case MUL -> emit.mul(upstream, b);
      case DIV -> emit.div(upstream, b);
      case MAX -> emit.mul(upstream, share(emit, emit.less(b, a), emit.equal(a, b)));
      case MIN -> emit.mul(upstream, share(emit, emit.less(a, b), emit.equal(a, b)));
      case POW -> emit.mul(upstream, emit.where(emit.equal(b, emit.scalar(0)), emit.scalar(0),
          emit.mul(b, emit.binary(Kind.POW, a, emit.sub(b, 1)))));
      case LESS, LESS_EQUAL, EQUAL -> null;
    };
    Value db = switch (kind) {
      case ADD -> upstream;
      case SUB -> emit.neg(upstream);
      case MUL -> emit.mul(upstream, a);
      case DIV -> emit.neg(emit.mul(upstream, emit.div(output, b)));
      case MAX -> emit.mul(upstream, share(emit, emit.less(a, b), emit.equal(a, b)));
      case MIN -> emit.mul(upstream, share(emit, emit.less(b, a), emit.equal(a, b)));
      case POW -> emit.mul(upstream, emit.where(emit.mul(emit.equal(a, emit.scalar(0)), emit.lessEqual(emit.scalar(0), b)),
          emit.scalar(0), emit.mul(output, emit.log(a))));
      case LESS, LESS_EQUAL, EQUAL -> null;
    };
    return Arrays.asList(da == null ? null : emit.sumTo(da, a.shape()), db == null ? null : emit.sumTo(db, b.shape()));
  }

  /// 1 for the operand that was chosen, a half for both where they are equal.
  private static Value share(Emit emit, Value chosen, Value tie) {
    return emit.add(chosen, emit.mul(tie, 0.5));
  }
}
