package dlt.backend.cpu;

import dlt.op.AvgPool2d;
import dlt.op.AvgPool2dGrad;
import dlt.op.MaxPool2d;
import dlt.op.MaxPool2dGrad;
import dlt.op.Op;
import dlt.op.Window;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// The sizes of a pool: `planes` planes (images times channels) of h x w pixels and of oh x ow results.
record PoolGeometry(int n, int c, int h, int w, int oh, int ow, Taps rows, Taps columns) {
  static PoolGeometry of(Window window, int kernelH, int kernelW, Shape images, Shape results) {
    int h = images.dim(2);
    int w = images.dim(3);
    int oh = results.dim(2);
    int ow = results.dim(3);
    return new PoolGeometry(images.dim(0), images.dim(1), h, w, oh, ow,
        new Taps(h, oh, kernelH, window.strideH(), window.padTop(), window.dilationH()),
        new Taps(w, ow, kernelW, window.strideW(), window.padLeft(), window.dilationW()));
  }

  /// The sizes of a pool or its gradient, null of any other op.
  static PoolGeometry of(Op any, List<TensorType> inputs, TensorType output) {
    return switch (any) {
      case MaxPool2d op -> of(op.window(), op.kernelH(), op.kernelW(), inputs.getFirst().shape(), output.shape());
      case MaxPool2dGrad op -> of(op.window(), op.kernelH(), op.kernelW(), output.shape(), inputs.get(1).shape());
      case AvgPool2d op -> of(op.window(), op.kernelH(), op.kernelW(), inputs.getFirst().shape(), output.shape());
      case AvgPool2dGrad op -> of(op.pool().window(), op.pool().kernelH(), op.pool().kernelW(), output.shape(), inputs.getFirst().shape());
      default -> null;
    };
  }

  int planes() {
    return n * c;
  }
}
