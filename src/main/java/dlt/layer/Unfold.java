package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.op.Conv2d;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.List;

/// A convolution of each channel with one kernel for each place in the window, which is 1 there and else 0.
@Doc("The windows of images [N, C, H, W] beside one another, as columns of [N, C * rows * columns of the kernel, windows]: im2col.")
public record Unfold(
    @Doc("Rows and columns of the window.") IntPair kernelSize,
    @Doc("Rows and columns from one element of the window to the next.") @Default("1") IntPair dilation,
    @Doc("Zeros added on each side.") @Default("0") IntPair padding,
    @Doc("Rows and columns from one window to the next.") @Default("1") IntPair stride)
    implements Layer {
  public Unfold {
    check(kernelSize, dilation, padding, stride);
  }

  static void check(IntPair kernelSize, IntPair dilation, IntPair padding, IntPair stride) {
    Expect.pixels("kernelSize", kernelSize);
    Expect.atLeast(1, "dilation", dilation);
    Expect.atLeast(0, "padding", padding);
    Expect.atLeast(1, "stride", stride);
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = Expect.images(this, inputs);
    Value channels = scope.reshape(inputs.getFirst(), Shape.of(Math.multiplyExact(x.dim(0), x.dim(1)), 1, x.dim(2), x.dim(3)));
    Window window = window(kernelSize, dilation, padding, stride).within(x);
    Value places = scope.emit(new Conv2d(window, 1), channels, places(scope, kernelSize));
    Shape y = places.shape();
    return scope.reshape(places, Shape.of(x.dim(0), Math.multiplyExact(x.dim(1), y.dim(1)), Math.multiplyExact(y.dim(2), y.dim(3))));
  }

  static Window window(IntPair kernelSize, IntPair dilation, IntPair padding, IntPair stride) {
    return Padding.of(padding).window(kernelSize, stride, dilation);
  }

  /// [rows * columns, 1, rows, columns]: a kernel for each place of the window.
  static Value places(LayerScope scope, IntPair kernelSize) {
    int size = Math.multiplyExact(kernelSize.first(), kernelSize.second());
    float[] ones = new float[Math.multiplyExact(size, size)];
    for (int i = 0; i < size; i++) {
      ones[i * size + i] = 1;
    }
    return scope.literal(HostTensor.of(Shape.of(size, 1, kernelSize.first(), kernelSize.second()), ones));
  }
}
