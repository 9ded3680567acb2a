package dlt.op;

import dlt.tensor.TensorType;
import java.util.List;

/// Elements `start` to `start + length - 1` of dimension `dim`.
public record Slice(int dim, int start, int length) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    TensorType x = inputs.getFirst();
    Operands.axis(this, x, dim);
    if (start < 0 || length < 0 || start + length > x.shape().dim(dim)) {
      throw new ShapeException(name(), "elements " + start + " to " + (start + length) + " of dimension " + dim + " met " + x.shape());
    }
    return new TensorType(x.dtype(), x.shape().with(dim, length));
  }
}
