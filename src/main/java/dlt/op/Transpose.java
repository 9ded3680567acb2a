package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// Dimensions in another order: dimension `i` of the result is dimension `permutation[i]` of the operand.
public record Transpose(List<Integer> permutation) implements Op {
  public Transpose {
    permutation = List.copyOf(permutation);
  }

  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    Shape x = inputs.getFirst().shape();
    if (!permutation.stream().sorted().toList().equals(x.axes())) {
      throw new ShapeException(name(), "permutation " + permutation + " met " + x);
    }
    return new TensorType(inputs.getFirst().dtype(), new Shape(permutation.stream().map(x::dim).toList()));
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    Integer[] inverse = new Integer[permutation.size()];
    for (int i = 0; i < inverse.length; i++) {
      inverse[permutation.get(i)] = i;
    }
    return List.of(emit.transpose(upstream, inverse));
  }
}
