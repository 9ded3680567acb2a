package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// The mean of each window of images [N, C, H, W]: the sum divided by the window's size, or by the number of its pixels that are
/// not padding unless `countPadding`. Pixels beyond the declared padding (of `ceil_mode`) never count: `ceilBottom` and `ceilRight`
/// say how much of the bottom and right padding they are.
public record AvgPool2d(Window window, int kernelH, int kernelW, boolean countPadding, int ceilBottom, int ceilRight) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    Operands.float32(this, inputs);
    Operands.rank(this, inputs.getFirst(), 4, "images [N, C, H, W]");
    Shape x = inputs.getFirst().shape();
    return TensorType.float32(window.output(this, x, x.dim(1), kernelH, kernelW));
  }
}
