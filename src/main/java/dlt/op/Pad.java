package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/// `before[d]` and `after[d]` copies of `value` around each dimension `d`.
public record Pad(List<Integer> before, List<Integer> after, double value) implements Op {
  public Pad {
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    TensorType x = inputs.getFirst();
    if (before.size() != x.shape().rank() || after.size() != x.shape().rank()
        || before.stream().anyMatch(p -> p < 0) || after.stream().anyMatch(p -> p < 0)) {
      throw new ShapeException(name(), "padding " + before + " and " + after + " met " + x.shape());
    }
    List<Integer> r = new ArrayList<>();
    for (int d = 0; d < x.shape().rank(); d++) {
      r.add(Math.toIntExact((long) before.get(d) + x.shape().dim(d) + after.get(d)));
    }
    return new TensorType(x.dtype(), new Shape(r));
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    Value dx = upstream;
    for (int d = 0; d < before.size(); d++) {
      dx = emit.slice(dx, d, before.get(d), inputs.getFirst().shape().dim(d));
    }
    return List.of(dx);
  }
}
