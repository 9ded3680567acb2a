package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;

/// The sum, maximum, minimum or product over dimensions `dims` (ascending), which disappear or stay with size 1. The gradient of a
/// maximum or minimum is shared equally among ties, as PyTorch's `amax` does.
public record Reduce(Kind kind, List<Integer> dims, boolean keepDims) implements Op {
  public enum Kind {
    SUM, MAX, MIN, PROD
  }

  public Reduce {
    dims = List.copyOf(dims);
  }

  @Override
  public String name() {
    return "reduce_" + kind.name().toLowerCase(java.util.Locale.ROOT);
  }

  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    Operands.float32(this, inputs);
    TensorType x = inputs.getFirst();
    List<Integer> r = new ArrayList<>();
    for (int d : dims) {
      Operands.axis(this, x, d);
    }
    for (int d = 0; d < x.shape().rank(); d++) {
      if (!dims.contains(d)) {
        r.add(x.shape().dim(d));
      } else if (keepDims) {
        r.add(1);
      }
    }
    return TensorType.float32(new Shape(r));
  }
}
