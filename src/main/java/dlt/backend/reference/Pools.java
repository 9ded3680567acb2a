package dlt.backend.reference;

import dlt.op.AvgPool2d;
import dlt.op.MaxPool2d;
import dlt.op.MaxPool2dGrad;
import dlt.op.Window;
import dlt.tensor.Shape;
import java.util.Arrays;

/// Ops over windows of one channel.
final class Pools {
  private Pools() {}

  static void max(MaxPool2d op, ReferenceBuffer x, ReferenceBuffer y) {
    int[] winners = winners(op.window(), op.kernelH(), op.kernelW(), x, y.shape());
    for (int i = 0; i < winners.length; i++) {
      y.doubles()[i] = winners[i] < 0 ? Double.NEGATIVE_INFINITY : x.doubles()[winners[i]];
    }
  }

  static void maxGrad(MaxPool2dGrad op, ReferenceBuffer x, ReferenceBuffer dy, ReferenceBuffer dx) {
    int[] winners = winners(op.window(), op.kernelH(), op.kernelW(), x, dy.shape());
    dx.fill(0);
    for (int i = 0; i < winners.length; i++) {
      if (winners[i] >= 0) {
        dx.doubles()[winners[i]] += dy.doubles()[i];
      }
    }
  }

  /// The place of the first largest pixel of each window, -1 where all is padding.
  private static int[] winners(Window window, int kernelH, int kernelW, ReferenceBuffer x, Shape output) {
    int[] winners = new int[Math.toIntExact(output.size())];
    Arrays.fill(winners, -1);
    forEachPixel(window, kernelH, kernelW, x.shape(), output, (i, k) -> {
      if (winners[k] < 0 || Reductions.wins(x.doubles()[i], x.doubles()[winners[k]])) {
        winners[k] = i;
      }
    });
    return winners;
  }

  static void average(AvgPool2d op, ReferenceBuffer x, ReferenceBuffer y) {
    y.fill(0);
    forEachPixel(op.window(), op.kernelH(), op.kernelW(), x.shape(), y.shape(), (i, k) -> y.doubles()[k] += x.doubles()[i]);
    for (int k = 0; k < y.size(); k++) {
      // a window of nothing but padding has no pixel to count
      y.doubles()[k] /= Math.max(1, divisor(op, x.shape(), y.shape(), k));
    }
  }

  static void averageGrad(AvgPool2d op, ReferenceBuffer dy, ReferenceBuffer dx) {
    dx.fill(0);
    forEachPixel(op.window(), op.kernelH(), op.kernelW(), dx.shape(), dy.shape(), (i, k) ->
        dx.doubles()[i] += dy.doubles()[k] / divisor(op, dx.shape(), dy.shape(), k));
  }

  private static int divisor(AvgPool2d op, Shape image, Shape output, int k) {
    int oh = k / output.dim(3) % output.dim(2);
    int ow = k % output.dim(3);
    return op.rows(image.dim(2), oh) * op.columns(image.dim(3), ow);
  }

  private interface Pixel {
    void at(int image, int output);
  }

  /// Visits the places of every pixel of every window, those of a window in row-major order.
  private static void forEachPixel(Window window, int kernelH, int kernelW, Shape x, Shape y, Pixel body) {
    for (int k = 0; k < y.size(); k++) {
      int plane = k / (y.dim(2) * y.dim(3));
      int top = k / y.dim(3) % y.dim(2) * window.strideH() - window.padTop();
      int left = k % y.dim(3) * window.strideW() - window.padLeft();
      for (int kh = 0; kh < kernelH; kh++) {
        int h = top + kh * window.dilationH();
        for (int kw = 0; kw < kernelW && h >= 0 && h < x.dim(2); kw++) {
          int w = left + kw * window.dilationW();
          if (w >= 0 && w < x.dim(3)) {
            body.at((plane * x.dim(2) + h) * x.dim(3) + w, k);
          }
        }
      }
    }
  }
}
