package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// The same elements in row-major order under another shape.
public record Reshape(Shape shape) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    if (inputs.getFirst().shape().size() != shape.size()) {
      throw new ShapeException(name(), inputs.getFirst().shape() + " to " + shape + ": the number of elements differs");
    }
    return new TensorType(inputs.getFirst().dtype(), shape);
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return List.of(emit.reshape(upstream, inputs.getFirst().shape()));
  }
}
