package dlt.op;

import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/// The operands one after the other along `dim`; the other dimensions agree.
public record Concat(int dim) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    if (inputs.isEmpty()) {
      throw new ShapeException(name(), "takes one operand or more");
    }
    TensorType first = inputs.getFirst();
    Operands.axis(this, first, dim);
    int size = 0;
    for (TensorType t : inputs) {
      if (t.dtype() != first.dtype() || t.shape().rank() != first.shape().rank()
          || !t.shape().without(dim).equals(first.shape().without(dim))) {
        throw new ShapeException(name(), first + " met " + t + ": only dimension " + dim + " may differ");
      }
      size = Math.addExact(size, t.shape().dim(dim));
    }
    return new TensorType(first.dtype(), first.shape().with(dim, size));
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    List<Value> parts = new ArrayList<>();
    int start = 0;
    for (Value input : inputs) {
      int length = input.shape().dim(dim);
      parts.add(emit.slice(upstream, dim, start, length));
      start += length;
    }
    return parts;
  }
}
