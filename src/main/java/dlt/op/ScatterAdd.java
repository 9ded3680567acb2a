package dlt.op;

import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The gradient of a [Gather] along `dim` of `size` by its first operand: from int64 indices and slices (shaped as the Gather's
/// result), zeros to which each slice is added at its index, in row-major order of the indices; what has an index outside
/// the dimension is left out.
public record ScatterAdd(int dim, int size) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 2);
    TensorType indices = inputs.get(0);
    TensorType slices = inputs.get(1);
    Operands.float32(this, List.of(slices));
    int rank = indices.shape().rank();
    if (indices.dtype() != DType.INT64 || dim < 0 || size < 0 || slices.shape().rank() < dim + rank
        || !slices.shape().dims().subList(dim, dim + rank).equals(indices.shape().dims())) {
      throw new ShapeException(name(), "indices " + indices + " met slices " + slices + " along dimension " + dim + " of size " + size);
    }
    List<Integer> r = new ArrayList<>(slices.shape().dims().subList(0, dim));
    r.add(size);
    r.addAll(slices.shape().dims().subList(dim + rank, slices.shape().rank()));
    return TensorType.float32(new Shape(r));
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return Arrays.asList(null, emit.gather(upstream, inputs.get(0), dim));
  }
}
