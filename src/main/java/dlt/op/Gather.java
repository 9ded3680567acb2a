package dlt.op;

import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Slices of the first operand along `dim` by the int64 indices of the second, whose shape replaces that dimension (ONNX's
/// Gather). Indices outside the dimension, negative ones among them, are an error of the data, found before a step; in a step
/// they give zeros.
public record Gather(int dim) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 2);
    TensorType x = inputs.get(0);
    TensorType indices = inputs.get(1);
    Operands.axis(this, x, dim);
    if (indices.dtype() != DType.INT64) {
      throw new ShapeException(name(), "needs int64 indices, met " + indices);
    }
    List<Integer> r = new ArrayList<>(x.shape().dims().subList(0, dim));
    r.addAll(indices.shape().dims());
    r.addAll(x.shape().dims().subList(dim + 1, x.shape().rank()));
    return new TensorType(x.dtype(), new Shape(r));
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return Arrays.asList(emit.emit(new ScatterAdd(dim, inputs.get(0).shape().dim(dim)), inputs.get(1), upstream), null);
  }
}
