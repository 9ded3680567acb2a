package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// Batch normalisation with fixed statistics (inference): `(x - mean) / sqrt(var + eps) * weight + bias` per channel, which is
/// dimension 1 of the first operand; then weight, bias, mean and variance, each [C].
public record BatchNorm(double eps) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 5);
    Operands.float32(this, inputs);
    Shape x = inputs.getFirst().shape();
    for (TensorType t : inputs.subList(1, 5)) {
      if (x.rank() < 2 || !t.shape().equals(Shape.of(x.dim(1)))) {
        throw new ShapeException(name(), x + " met " + t.shape() + ": needs [N, C, ...] and [C]");
      }
    }
    return inputs.getFirst();
  }
}
