package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// The maximum of each window of images [N, C, H, W]; padding never wins. Minus infinity where a window
/// has no pixel at all.
public record MaxPool2d(Window window, int kernelH, int kernelW) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    Operands.float32(this, inputs);
    Operands.rank(this, inputs.getFirst(), 4, "images [N, C, H, W]");
    Shape x = inputs.getFirst().shape();
    return TensorType.float32(window.output(this, x, x.dim(1), kernelH, kernelW));
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    return List.of(emit.emit(new MaxPool2dGrad(window, kernelH, kernelW), inputs.getFirst(), upstream));
  }
}
