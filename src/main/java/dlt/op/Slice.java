package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Elements `start` to `start + length - 1` of dimension `dim`.
public record Slice(int dim, int start, int length) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    TensorType x = inputs.getFirst();
    Operands.axis(this, x, dim);
    if (start < 0 || length < 0 || length > x.shape().dim(dim) - start) {
      throw new ShapeException(name(), length + " elements from " + start + " on of dimension " + dim + " met " + x.shape());
    }
    return new TensorType(x.dtype(), x.shape().with(dim, length));
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    Shape x = inputs.getFirst().shape();
    List<Integer> before = new ArrayList<>(Collections.nCopies(x.rank(), 0));
    List<Integer> after = new ArrayList<>(before);
    before.set(dim, start);
    after.set(dim, x.dim(dim) - start - length);
    return List.of(emit.emit(new Pad(before, after, 0), upstream));
  }
}
