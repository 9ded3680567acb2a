package dlt.op;

import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.util.List;

/// Fixed values (equal only to itself).
public record Literal(HostTensor value) implements Op {
  @Override
  public boolean equals(Object o) {
    return o instanceof Literal l && l.value == value;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(value);
  }

  @Override
  public TensorType infer(List<TensorType> inputs) {
    return value.type();
  }
}
