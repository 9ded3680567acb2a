package dlt.layer;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.op.Conv2dGradInput;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.op.Window;
import dlt.tensor.Shape;
import java.util.List;

/// The gradient of [Unfold] by its images.
@Doc("Images [N, C, H, W] from windows [N, C * rows * columns of the kernel, windows] as unfold lays them out; what overlaps is added: col2im.")
public record Fold(
    @Doc("Rows and columns of the images.") IntPair outputSize,
    @Doc("Rows and columns of the window.") IntPair kernelSize,
    @Doc("Rows and columns from one element of the window to the next.") @Default("1") IntPair dilation,
    @Doc("Rows and columns that are cut off on each side.") @Default("0") IntPair padding,
    @Doc("Rows and columns from one window to the next.") @Default("1") IntPair stride)
    implements Layer {
  public Fold {
    Expect.pixels("outputSize", outputSize);
    Unfold.check(kernelSize, dilation, padding, stride);
  }

  @Override
  public Value emit(LayerScope scope, List<Value> inputs) {
    Shape x = Expect.rank(this, inputs, 3, "windows [N, C * rows * columns, windows]");
    int size = Math.multiplyExact(kernelSize.first(), kernelSize.second());
    Window window = Unfold.window(kernelSize, dilation, padding, stride);
    int rows = window.outHeight(outputSize.first(), kernelSize.first());
    int columns = window.outWidth(outputSize.second(), kernelSize.second());
    if (x.dim(1) % size != 0 || rows < 1 || columns < 1 || (long) rows * columns != x.dim(2)) {
      throw new ShapeException(kind(), "images of " + outputSize.first() + "x" + outputSize.second() + " have " + Math.max(0, rows) + "x" + Math.max(0, columns)
          + " windows of " + size + " elements a channel, met " + x);
    }
    int channels = x.dim(1) / size;
    Value places = scope.reshape(inputs.getFirst(), Shape.of(Math.multiplyExact(x.dim(0), channels), size, rows, columns));
    Value images = scope.emit(new Conv2dGradInput(window, 1, outputSize.first(), outputSize.second()), places, Unfold.places(scope, kernelSize));
    return scope.reshape(images, Shape.of(x.dim(0), channels, outputSize.first(), outputSize.second()));
  }
}
