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
    forEachProduct(op.window(), op.groups(), x.shape(), w.shape(), y.shape(), (i, j, k) -> output[k] += images[i] * weights[j]);
  }

  static void conv2dGradInput(Conv2dGradInput op, ReferenceBuffer dy, ReferenceBuffer w, ReferenceBuffer dx) {
    dx.fill(0);
    double[] images = dx.doubles();
    double[] weights = w.doubles();
    double[] output = dy.doubles();
    forEachProduct(op.window(), op.groups(), dx.shape(), w.shape(), dy.shape(), (i, j, k) -> images[i] += output[k] * weights[j]);
  }

  static void conv2dGradWeight(Conv2dGradWeight op, ReferenceBuffer x, ReferenceBuffer dy, ReferenceBuffer dw) {
    dw.fill(0);
    double[] images = x.doubles();
    double[] weights = dw.doubles();
    double[] output = dy.doubles();
    forEachProduct(op.window(), op.groups(), x.shape(), dw.shape(), dy.shape(), (i, j, k) -> weights[j] += output[k] * images[i]);
  }

  private interface Product {
    void at(int image, int weight, int output);
  }

  /// Visits the places of the three factors of every product of a convolution: `output += image * weight`.
  private static void forEachProduct(Window window, int groups, Shape x, Shape w, Shape y, Product body) {
    int width = w.dim(1);
    int perGroup = w.dim(0) / groups;
    for (int n = 0; n < x.dim(0); n++) {
      for (int o = 0; o < w.dim(0); o++) {
        for (int c = 0; c < width; c++) {
          int image = (n * x.dim(1) + o / perGroup * width + c) * x.dim(2);
          for (int kh = 0; kh < w.dim(2); kh++) {
            for (int kw = 0; kw < w.dim(3); kw++) {
              int weight = ((o * width + c) * w.dim(2) + kh) * w.dim(3) + kw;
              for (int oh = 0; oh < y.dim(2); oh++) {
                int h = oh * window.strideH() - window.padTop() + kh * window.dilationH();
                for (int ow = 0; ow < y.dim(3) && h >= 0 && h < x.dim(2); ow++) {
                  int v = ow * window.strideW() - window.padLeft() + kw * window.dilationW();
                  if (v >= 0 && v < x.dim(3)) {
                    body.at((image + h) * x.dim(3) + v, weight, ((n * w.dim(0) + o) * y.dim(2) + oh) * y.dim(3) + ow);
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
