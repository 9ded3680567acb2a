package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// The gradient of a [MaxPool2d] by its images, from the images and the gradient by its output: it goes to the first largest
/// element of each window in row-major order.
public record MaxPool2dGrad(Window window, int kernelH, int kernelW) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 2);
    Operands.float32(this, inputs);
    Operands.rank(this, inputs.getFirst(), 4, "images [N, C, H, W]");
    Shape x = inputs.getFirst().shape();
    if (!window.output(this, x, x.dim(1), kernelH, kernelW).equals(inputs.get(1).shape())) {
      throw new ShapeException(name(), "images " + x + " met gradients " + inputs.get(1).shape());
    }
    return inputs.getFirst();
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    throw new IllegalStateException("[max_pool2d_grad] has no gradient rule: second derivatives stop at a max pool");
  }
}
