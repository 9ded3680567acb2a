package dlt.backend.reference;

import dlt.op.Conv2d;
import dlt.op.Conv2dGradInput;
import dlt.op.Conv2dGradWeight;
import dlt.op.MatMul;
import dlt.op.Window;
import dlt.tensor.Shape;

/// Ops that sum products of elements of two operands.
final class Products {
  private Products() {}

  static void matmul(MatMul op, ReferenceBuffer a, ReferenceBuffer b, ReferenceBuffer y) {
    int m = y.shape().dim(-2);
    int n = y.shape().dim(-1);
    int k = a.shape().dim(op.transposeA() ? -2 : -1);
    Shape batch = leading(y.shape());
    int[] ia = Positions.broadcast(leading(a.shape()), batch);
    int[] ib = Positions.broadcast(leading(b.shape()), batch);
    int am = op.transposeA() ? 1 : k;
    int ak = op.transposeA() ? m : 1;
    int bk = op.transposeB() ? 1 : n;
    int bn = op.transposeB() ? k : 1;
    for (int g = 0; g < batch.size(); g++) {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = 0;
          for (int l = 0; l < k; l++) {
            sum += a.doubles()[ia[g] * m * k + i * am + l * ak] * b.doubles()[ib[g] * k * n + l * bk + j * bn];
          }
          y.doubles()[(g * m + i) * n + j] = sum;
        }
      }
    }
  }

  private static Shape leading(Shape shape) {
    return new Shape(shape.dims().subList(0, shape.rank() - 2));
  }

  static void conv2d(Conv2d op, ReferenceBuffer x, ReferenceBuffer w, ReferenceBuffer y) {
    y.fill(0);
    double[] images = x.doubles();
    double[] weights = w.doubles();
    double[] output = y.doubles();
    forEachRow(op.window(), op.groups(), x.shape(), w.shape(), y.shape(), (i, j, k, n) -> {
      for (int t = 0; t < n; t++) {
        output[k + t] += images[i + t * op.window().strideW()] * weights[j];
      }
    });
  }

  static void conv2dGradInput(Conv2dGradInput op, ReferenceBuffer dy, ReferenceBuffer w, ReferenceBuffer dx) {
    dx.fill(0);
    double[] images = dx.doubles();
    double[] weights = w.doubles();
    double[] output = dy.doubles();
    forEachRow(op.window(), op.groups(), dx.shape(), w.shape(), dy.shape(), (i, j, k, n) -> {
      for (int t = 0; t < n; t++) {
        images[i + t * op.window().strideW()] += output[k + t] * weights[j];
      }
    });
  }

  static void conv2dGradWeight(Conv2dGradWeight op, ReferenceBuffer x, ReferenceBuffer dy, ReferenceBuffer dw) {
    dw.fill(0);
    double[] images = x.doubles();
    double[] weights = dw.doubles();
    double[] output = dy.doubles();
    forEachRow(op.window(), op.groups(), x.shape(), dw.shape(), dy.shape(), (i, j, k, n) -> {
      for (int t = 0; t < n; t++) {
        weights[j] += output[k + t] * images[i + t * op.window().strideW()];
      }
    });
  }

  /// `n` products of one row: image pixels from place `image` on (`strideW` apart), the weight at `weight`, results from place
  /// `output` on.
  private interface Row {
    void at(int image, int weight, int output, int n);
  }

  /// Visits all products of a convolution, `output += image * weight`, a row at a time; what falls on padding is left out.
  private static void forEachRow(Window window, int groups, Shape x, Shape w, Shape y, Row body) {
    int width = w.dim(1);
    int perGroup = w.dim(0) / groups;
    int stride = window.strideW();
    for (int n = 0; n < x.dim(0); n++) {
      for (int o = 0; o < w.dim(0); o++) {
        for (int c = 0; c < width; c++) {
          int plane = n * x.dim(1) + o / perGroup * width + c;
          for (int tap = 0; tap < w.dim(2) * w.dim(3); tap++) {
            int top = tap / w.dim(3) * window.dilationH() - window.padTop();
            int left = tap % w.dim(3) * window.dilationW() - window.padLeft();
            int from = Math.max(0, Math.ceilDiv(-left, stride));
            int to = Math.min(y.dim(3), Math.ceilDiv(x.dim(3) - left, stride));
            for (int oh = 0; oh < y.dim(2); oh++) {
              int h = oh * window.strideH() + top;
              if (h >= 0 && h < x.dim(2) && from < to) {
                body.at((plane * x.dim(2) + h) * x.dim(3) + from * stride + left, (o * width + c) * w.dim(2) * w.dim(3) + tap,
                    ((n * w.dim(0) + o) * y.dim(2) + oh) * y.dim(3) + from, to - from);
              }
            }
          }
        }
      }
    }
  }
}
