package dlt.op;

import dlt.tensor.TensorType;
import java.util.Collections;
import java.util.List;

/// The index of the first largest element along `dim`, which disappears; int64.
public record ArgMax(int dim) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    Operands.float32(this, inputs);
    Operands.axis(this, inputs.getFirst(), dim);
    if (inputs.getFirst().shape().dim(dim) == 0) {
      throw new ShapeException(name(), "no elements in dimension " + dim + " of " + inputs.getFirst().shape());
    }
    return TensorType.int64(inputs.getFirst().shape().without(dim));
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return Collections.singletonList(null);
  }
}
