package dlt.op;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// The mean of each window of images [N, C, H, W]: the sum divided by the window's size, or by the number of its pixels that are
/// not padding unless `countPadding`. Pixels beyond the declared padding (of `ceil_mode`) never count: `ceilBottom` and `ceilRight`
/// say how much of the bottom and right padding they are. 0 where a window has no pixel at all. The window has no dilation.
public record AvgPool2d(Window window, int kernelH, int kernelW, boolean countPadding, int ceilBottom, int ceilRight) implements Op {
  @Override
  public TensorType infer(List<TensorType> inputs) {
    Operands.count(this, inputs, 1);
    Operands.float32(this, inputs);
    Operands.rank(this, inputs.getFirst(), 4, "images [N, C, H, W]");
    if (window.dilationH() != 1 || window.dilationW() != 1) {
      throw new ShapeException(name(), "has no dilation, met " + window.dilationH() + "x" + window.dilationW());
    }
    if (ceilBottom < 0 || ceilBottom > window.padBottom() || ceilRight < 0 || ceilRight > window.padRight()) {
      throw new ShapeException(name(), "ceil_mode's " + ceilBottom + " rows and " + ceilRight + " columns are no part of the padding of "
          + window.padBottom() + " rows and " + window.padRight() + " columns");
    }
    Shape x = inputs.getFirst().shape();
    return TensorType.float32(window.output(this, x, x.dim(1), kernelH, kernelW));
  }

  @Override
  public List<Value> gradient(Emit emit, List<Value> inputs, Value output, Value upstream) {
    Shape x = inputs.getFirst().shape();
    return List.of(emit.emit(new AvgPool2dGrad(this, x.dim(2), x.dim(3)), upstream));
  }

  /// By how many rows the sum of output row `out` of images of `height` rows is divided (as well as by [#columns]).
  public int rows(int height, int out) {
    int declared = height + window.padBottom() - ceilBottom;
    return covered(out * window.strideH() - window.padTop(), kernelH, height, declared);
  }

  /// By how many columns the sum of output column `out` of images of `width` columns is divided.
  public int columns(int width, int out) {
    int declared = width + window.padRight() - ceilRight;
    return covered(out * window.strideW() - window.padLeft(), kernelW, width, declared);
  }

  private int covered(int start, int kernel, int size, int declared) {
    return countPadding ? Math.min(start + kernel, declared) - start
        : Math.min(start + kernel, size) - Math.max(start, 0);
  }
}
