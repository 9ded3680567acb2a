package dlt.layer;

import dlt.op.Emit;
import dlt.op.Value;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;

/// Tensors of fixed numbers.
final class Constants {
  private Constants() {}

  /// Numbers that need not be float32: each is the sum of a float32 number and of what that leaves out, so that a backend
  /// which computes in float64 has it to 48 bits.
  static Value of(Emit emit, Shape shape, double... values) {
    float[] high = new float[values.length];
    float[] low = new float[values.length];
    boolean exact = true;
    for (int i = 0; i < values.length; i++) {
      high[i] = (float) values[i];
      low[i] = (float) (values[i] - high[i]);
      exact &= low[i] == 0;
    }
    Value r = emit.literal(HostTensor.of(shape, high));
    return exact ? r : emit.add(r, emit.literal(HostTensor.of(shape, low)));
  }
}
