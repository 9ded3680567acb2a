package dlt.op;

import dlt.tensor.TensorType;
import java.util.List;

/// A tensor of one value.
public record Fill(TensorType type, double value) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    return type;
  }
}
