package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.op.Emit;
import dlt.op.Unary;
import dlt.op.Value;

@Doc("x where positive, else alpha * (exp(x) - 1) (Clevert et al., 2015).")
public record Elu(@Doc("What large negative numbers approach, negated.") @Default("1") double alpha) implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    return of(emit, x, alpha, 1);
  }

  /// `x` where positive, else `alpha * (exp(x / divisor) - 1)`.
  static Value of(Emit emit, Value x, double alpha, double divisor) {
    Value positive = emit.greater(x, emit.scalar(0));
    // exp of a large number that is not chosen would make its gradient NaN
    Value negative = emit.where(positive, emit.scalar(0), x);
    Value inner = divisor == 1 ? negative : emit.div(negative, divisor);
    return emit.where(positive, x, emit.mul(emit.unary(Unary.Kind.EXPM1, inner), alpha));
  }
}
