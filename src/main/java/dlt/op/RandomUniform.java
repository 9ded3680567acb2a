package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.Collections;
import java.util.List;

/// Independent numbers in [0, 1): element `i` is `new Philox(seed, Purpose.GRAPH.stream(id), step).uniform(i)` for the int64
/// operand `[seed, step]`.
public record RandomUniform(int id, Shape shape) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    if (!inputs.getFirst().equals(TensorType.int64(2))) {
      throw new ShapeException(name(), "needs [seed, step] as int64[2], met " + inputs.getFirst());
    }
    return TensorType.float32(shape);
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return Collections.singletonList(null);
  }
}
