package dlt.op;

import dlt.tensor.TensorType;
import java.util.List;

/// `x - max - log(sum(exp(x - max)))` along `dim`.
public record LogSoftmax(int dim) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    Operands.float32(this, inputs);
    Operands.axis(this, inputs.getFirst(), dim);
    return inputs.getFirst();
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return List.of(emit.sub(upstream, emit.mul(emit.exp(output), emit.sum(upstream, List.of(dim), true))));
  }
}
