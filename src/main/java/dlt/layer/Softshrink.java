package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("x moved towards 0 by lambd, 0 where that would change its sign.")
public record Softshrink(@Doc("By how much.") @Default("0.5") @Range(min = 0) double lambd) implements Activation {
  @Override
  public Value of(Emit emit, Value x) {
    Value limit = emit.scalar(lambd);
    Value moved = emit.where(emit.greater(x, emit.scalar(0)), emit.sub(x, limit), emit.add(x, limit));
    return emit.where(emit.lessEqual(emit.abs(x), limit), emit.scalar(0), moved);
  }
}
