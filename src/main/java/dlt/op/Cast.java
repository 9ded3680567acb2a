package dlt.op;

import dlt.tensor.DType;
import dlt.tensor.TensorType;
import java.util.Collections;
import java.util.List;

/// The same numbers as another type: float32 to int64 cuts the fraction off.
public record Cast(DType dtype) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    if (dtype != DType.FLOAT32 && dtype != DType.INT64) {
      throw new ShapeException(name(), "to " + dtype + ": a graph has float32 and int64 only");
    }
    return new TensorType(dtype, inputs.getFirst().shape());
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return Collections.singletonList(inputs.getFirst().dtype() == DType.FLOAT32 && dtype == DType.FLOAT32 ? upstream : null);
  }
}
