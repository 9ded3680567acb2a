package dlt.op;

import dlt.tensor.Shape;

/// How a convolution or a pool moves over an image: sizes in pixels, rows before columns. `padTop` and the others are
/// zeros (for max pools: minus infinity) added around the image; they may differ, as `same` and `ceil_mode` need.
public record Window(
    int strideH, int strideW, int padTop, int padLeft, int padBottom, int padRight, int dilationH, int dilationW) {
  public Window {
    if (strideH < 1 || strideW < 1 || dilationH < 1 || dilationW < 1) {
      throw new IllegalArgumentException("stride and dilation are at least 1");
    }
    if (padTop < 0 || padLeft < 0 || padBottom < 0 || padRight < 0) {
      throw new IllegalArgumentException("padding is at least 0");
    }
  }

  /// Equal padding on opposite sides.
  public static Window of(int strideH, int strideW, int padH, int padW, int dilationH, int dilationW) {
    return new Window(strideH, strideW, padH, padW, padH, padW, dilationH, dilationW);
  }

  /// Rows of output for `height` rows and a kernel of `kernel` rows; below 1 where it does not fit. Throws
  /// [ArithmeticException] where the padded image or the kernel has more rows than an int counts.
  public int outHeight(int height, int kernel) {
    return out((long) height + padTop + padBottom, span(kernel, dilationH), strideH);
  }

  /// Columns of output for `width` columns and a kernel of `kernel` columns; below 1 where it does not fit. Throws
  /// [ArithmeticException] where the padded image or the kernel has more columns than an int counts.
  public int outWidth(int width, int kernel) {
    return out((long) width + padLeft + padRight, span(kernel, dilationW), strideW);
  }

  /// This window with strides no longer than the padded `image` [N, C, H, W]: longer ones take the same single window, at places
  /// that no address reaches.
  public Window within(Shape image) {
    long height = Math.max(1, (long) image.dim(2) + padTop + padBottom);
    long width = Math.max(1, (long) image.dim(3) + padLeft + padRight);
    return new Window((int) Math.min(strideH, height), (int) Math.min(strideW, width), padTop, padLeft, padBottom, padRight, dilationH, dilationW);
  }

  /// From the first to the last element of a kernel. Throws [ArithmeticException] where that exceeds an int.
  public static int span(int kernel, int dilation) {
    return Math.toIntExact(dilation * (kernel - 1L) + 1);
  }

  private static int out(long padded, int span, int stride) {
    return Math.floorDiv(Math.toIntExact(padded) - span, stride) + 1;
  }

  /// The output of `image` [N, C, H, W] under a kernel of this size, `channels` wide. Throws [ShapeException] where the
  /// kernel is larger than the padded image.
  Shape output(Op op, Shape image, int channels, int kernelH, int kernelW) {
    if (kernelH < 1 || kernelW < 1) {
      throw new ShapeException(op.name(), "a kernel of " + kernelH + "x" + kernelW + " has no pixels");
    }
    int h = outHeight(image.dim(2), kernelH);
    int w = outWidth(image.dim(3), kernelW);
    if (h < 1 || w < 1) {
      throw new ShapeException(op.name(), "a kernel of " + kernelH + "x" + kernelW + " (dilation " + dilationH + "x" + dilationW
          + ") is larger than the padded image " + (image.dim(2) + padTop + padBottom) + "x" + (image.dim(3) + padLeft + padRight));
    }
    return Shape.of(image.dim(0), channels, h, w);
  }
}
