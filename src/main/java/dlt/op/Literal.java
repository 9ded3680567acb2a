package dlt.op;

import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.util.List;

/// Fixed values (equal only to itself). Those of float64 are float32 in the graph: every backend but the reference rounds
/// them (`value.as(type.dtype())`).
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
    return switch (value.dtype()) {
      case FLOAT32, FLOAT64 -> TensorType.float32(value.shape());
      case INT64 -> value.type();
      case INT32, INT16, INT8, UINT8, BOOL, FLOAT16, BFLOAT16 ->
          throw new ShapeException(name(), "a graph has float32 and int64 only, met " + value.type());
    };
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return List.of();
  }
}
