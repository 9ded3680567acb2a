package dlt.op;

import dlt.tensor.TensorType;
import java.util.Arrays;
import java.util.List;

/// The second operand where the first is not 0, else the third; the three broadcast by NumPy's rule. What is not chosen has no
/// influence, not even as NaN.
public record Where() implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 3);
    Operands.float32(this, inputs);
    return TensorType.float32(Operands.broadcast(this, inputs));
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    Value zero = emit.scalar(0);
    return Arrays.asList(null,
        emit.sumTo(emit.where(inputs.get(0), upstream, zero), inputs.get(1).shape()),
        emit.sumTo(emit.where(inputs.get(0), zero, upstream), inputs.get(2).shape()));
  }
}
