package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.op.Emit;
import dlt.op.Value;

@Doc("x between two limits, the nearer limit elsewhere.")
public record Hardtanh(
    @Doc("Smallest output.") @Default("-1") double minVal,
    @Doc("Largest output.") @Default("1") double maxVal)
    implements Activation {
  public Hardtanh {
    if (minVal >= maxVal) {
      throw new Invalid("maxVal", Double.toString(maxVal), "more than min_val " + minVal);
    }
  }

  @Override
  public Value of(Emit emit, Value x) {
    return clamp(emit, x, minVal, maxVal);
  }

  /// `x` where it lies between the limits, else the nearer one. The gradient at a limit is 0, as PyTorch's is.
  static Value clamp(Emit emit, Value x, double low, double high) {
    Value least = emit.scalar(low);
    Value most = emit.scalar(high);
    return emit.where(emit.lessEqual(x, least), least, emit.where(emit.lessEqual(most, x), most, x));
  }
}
