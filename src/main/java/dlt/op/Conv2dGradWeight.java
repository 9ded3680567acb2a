package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// The gradient of a [Conv2d] by its weights [O, C / groups, kernelH, kernelW], from its images [N, C, H, W] and the gradient
/// by its output [N, O, OH, OW].
public record Conv2dGradWeight(Window window, int groups, int kernelH, int kernelW) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 2);
    Operands.float32(this, inputs);
    Operands.rank(this, inputs.get(0), 4, "images [N, C, H, W]");
    Operands.rank(this, inputs.get(1), 4, "gradients [N, O, OH, OW]");
    Shape x = inputs.get(0).shape();
    Shape dy = inputs.get(1).shape();
    if (groups < 1 || x.dim(1) % groups != 0 || dy.dim(1) % groups != 0
        || !window.output(this, x, dy.dim(1), kernelH, kernelW).equals(dy)) {
      throw new ShapeException(name(), "images " + x + " met gradients " + dy + " for a kernel of " + kernelH + "x" + kernelW
          + " in " + groups + " groups");
    }
    return TensorType.float32(dy.dim(1), x.dim(1) / groups, kernelH, kernelW);
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    Shape x = inputs.get(0).shape();
    return List.of(
        emit.emit(new Conv2dGradInput(window, groups, x.dim(2), x.dim(3)), inputs.get(1), upstream),
        emit.emit(new Conv2d(window, groups), inputs.get(0), upstream));
  }
}
