package dlt.op;

import dlt.tensor.TensorType;
import java.util.List;

/// A tensor of one value.
public record Fill(TensorType type, double value) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    return type;
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return List.of();
  }
}
