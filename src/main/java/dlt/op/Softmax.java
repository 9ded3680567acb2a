package dlt.op;

import dlt.tensor.TensorType;
import java.util.List;

/// `exp(x - max) / sum(exp(x - max))` along `dim`.
public record Softmax(int dim) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    Operands.float32(this, inputs);
    Operands.axis(this, inputs.getFirst(), dim);
    return inputs.getFirst();
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    Value weighted = emit.mul(upstream, output);
    return List.of(emit.sub(weighted, emit.mul(output, emit.sum(weighted, List.of(dim), true))));
  }
}
