package dlt.op;

import dlt.tensor.DType;
import dlt.tensor.TensorType;
import java.util.Collections;
import java.util.List;

/// Int64 indices as zeros with a one, along a new dimension `dim` of size `depth`; an index outside `0 .. depth - 1` gives
/// zeros. Float32.
public record OneHot(int depth, int dim) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    TensorType x = inputs.getFirst();
    if (x.dtype() != DType.INT64 || dim < 0 || dim > x.shape().rank() || depth < 0) {
      throw new ShapeException(name(), "needs int64 indices, met " + x + " for dimension " + dim + " of size " + depth);
    }
    return TensorType.float32(x.shape().insert(dim, depth));
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return Collections.singletonList(null);
  }
}
