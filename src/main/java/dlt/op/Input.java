package dlt.op;

import dlt.tensor.TensorType;
import java.util.List;

/// A value that is given to each run of a program: a batch of samples, or a scalar such as the learning rate.
public record Input(String name, TensorType type) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    return type;
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return List.of();
  }
}
