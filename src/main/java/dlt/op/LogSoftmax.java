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
}
