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

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    Value x = inputs.get(0);
    List<Integer> others = x.shape().axes().stream().filter(d -> d != 1).toList();
    Shape channels = Shape.of(1, x.shape().dim(1));
    for (int d = 2; d < x.shape().rank(); d++) {
      channels = channels.insert(d, 1);
    }
    Value weight = emit.reshape(inputs.get(1), channels);
    Value centered = emit.sub(x, emit.reshape(inputs.get(3), channels));
    Value scale = emit.div(emit.scalar(1), emit.sqrt(emit.add(emit.reshape(inputs.get(4), channels), eps)));
    Value dbias = emit.sum(upstream, others, true);
    Value dscale = emit.sum(emit.mul(upstream, centered), others, true);
    Value dvar = emit.mul(emit.mul(dscale, weight), emit.mul(emit.mul(scale, emit.square(scale)), -0.5));
    Shape c = inputs.get(1).shape();
    return List.of(
        emit.mul(upstream, emit.mul(weight, scale)),
        emit.reshape(emit.mul(dscale, scale), c),
        emit.reshape(dbias, c),
        emit.reshape(emit.neg(emit.mul(dbias, emit.mul(weight, scale))), c),
        emit.reshape(dvar, c));
  }
}
