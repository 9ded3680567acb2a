package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// The operand broadcast to `shape` by NumPy's rule.
public record Expand(Shape shape) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    if (!shape.equals(Shape.broadcast(inputs.getFirst().shape(), shape))) {
      throw new ShapeException(name(), inputs.getFirst().shape() + " to " + shape);
    }
    return new TensorType(inputs.getFirst().dtype(), shape);
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return List.of(emit.sumTo(upstream, inputs.getFirst().shape()));
  }
}
