package dlt.op;

import dlt.tensor.TensorType;
import java.util.List;

/// A value that outlives a run: a parameter, a running statistic or an optimizer's state. A graph's updates say what it
/// becomes at the end of a run.
public record Variable(String name, TensorType type) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    return type;
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return List.of();
  }
}
