package dlt.op;

import static dlt.op.OpCase.operand;

import java.util.ArrayList;
import java.util.List;

/// The cases of matrix products and convolutions.
final class ProductCases {
  private final List<OpCase> cases = new ArrayList<>();

  private ProductCases() {}

  static List<OpCase> all() {
    ProductCases table = new ProductCases();
    table.matmul();
    table.convolutions();
    return table.cases;
  }

  private void matmul() {
    int[] sizes = {1, 2, 3, 7, 10, 16, 17, 31, 33, 64, 100, 129};
    for (int i = 0; i < sizes.length; i++) {
      for (int j = 0; j < sizes.length; j++) {
        matmul(sizes[i], sizes[j], sizes[(5 * i + 7 * j) % sizes.length]);
      }
    }
    for (int k : sizes) {
      matmul(16, 32, k);
      matmul(1, 10, k);
      matmul(33, 17, k);
    }
    matmul(5, 10, 784);
    matmul(300, 20, 13);
    int[][][] batched = {
      {{3, 4, 5}, {3, 5, 6}}, {{3, 4, 5}, {5, 6}}, {{4, 5}, {3, 5, 6}}, {{3, 1, 4, 5}, {2, 5, 6}}, {{2, 3, 17, 16}, {2, 3, 16, 33}},
      {{2, 1, 7, 8}, {1, 3, 8, 9}}, {{1, 1, 1}, {1, 1, 1}}, {{5, 64, 10}, {10, 31}}, {{2, 2, 2, 3, 4}, {2, 2, 2, 4, 3}}
    };
    for (int[][] c : batched) {
      for (int t = 0; t < 4; t++) {
        boolean ta = (t & 1) != 0;
        boolean tb = (t & 2) != 0;
        cases.add(OpCase.of(new MatMul(ta, tb), operand(ta ? swapped(c[0]) : c[0]), operand(tb ? swapped(c[1]) : c[1])));
      }
    }
  }

  /// All four transpositions of [m, k] x [k, n].
  private void matmul(int m, int n, int k) {
    cases.add(OpCase.of(new MatMul(false, false), operand(m, k), operand(k, n)));
    cases.add(OpCase.of(new MatMul(false, true), operand(m, k), operand(n, k)));
    cases.add(OpCase.of(new MatMul(true, false), operand(k, m), operand(k, n)));
    cases.add(OpCase.of(new MatMul(true, true), operand(k, m), operand(n, k)));
  }

  private static int[] swapped(int[] shape) {
    int[] r = shape.clone();
    r[r.length - 1] = shape[r.length - 2];
    r[r.length - 2] = shape[r.length - 1];
    return r;
  }

  private static Window window(int stride, int padding) {
    return Window.of(stride, stride, padding, padding, 1, 1);
  }

  private void convolutions() {
    // 1x1
    conv(2, 3, 5, 7, 4, 1, 1, window(1, 0), 1);
    conv(1, 16, 8, 8, 16, 1, 1, window(1, 0), 1);
    conv(2, 33, 6, 6, 17, 1, 1, window(1, 0), 1);
    conv(2, 64, 4, 4, 10, 1, 1, window(1, 0), 1);
    conv(2, 8, 7, 7, 16, 1, 1, window(2, 0), 1);
    conv(1, 4, 1, 1, 5, 1, 1, window(1, 0), 1);
    conv(1, 4, 5, 5, 5, 1, 1, window(1, 1), 1);
    // 3x3
    for (int c : new int[] {1, 2, 3, 7, 8, 9, 16, 17, 32}) {
      conv(2, c, 7, 9, 8, 3, 3, window(1, 1), 1);
      conv(1, 5, 6, 6, c, 3, 3, window(1, 0), 1);
    }
    for (int w : new int[] {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 65}) {
      conv(1, 2, 4, w, 3, 3, 3, window(1, 1), 1);
      conv(1, 2, w, 4, 3, 3, 3, window(2, 1), 1);
    }
    conv(1, 16, 14, 14, 32, 3, 3, window(1, 1), 1);
    conv(2, 33, 5, 5, 31, 3, 3, window(1, 1), 1);
    conv(3, 16, 8, 8, 16, 3, 3, window(2, 1), 1);
    conv(3, 16, 9, 9, 33, 3, 3, window(2, 1), 1);
    conv(2, 3, 8, 8, 4, 3, 3, window(2, 0), 1);
    conv(2, 3, 10, 10, 4, 3, 3, window(3, 1), 1);
    conv(2, 3, 10, 10, 4, 2, 2, window(3, 0), 1);
    conv(2, 3, 5, 5, 4, 3, 3, window(1, 2), 1);
    conv(2, 3, 5, 5, 4, 2, 2, window(1, 3), 1);
    // other kernels
    conv(2, 1, 28, 28, 6, 5, 5, window(1, 2), 1);
    conv(2, 6, 12, 12, 16, 5, 5, window(1, 0), 1);
    conv(2, 3, 32, 32, 8, 7, 7, window(2, 3), 1);
    conv(1, 1, 20, 20, 4, 7, 7, window(2, 3), 1);
    conv(2, 3, 8, 8, 4, 2, 2, window(2, 0), 1);
    conv(2, 3, 9, 9, 4, 2, 2, window(2, 0), 1);
    conv(2, 4, 8, 8, 3, 4, 4, window(2, 1), 1);
    conv(2, 3, 12, 12, 4, 11, 11, window(4, 2), 1);
    conv(2, 3, 5, 9, 4, 1, 5, window(1, 0), 1);
    conv(2, 3, 9, 5, 4, 5, 1, window(1, 0), 1);
    conv(2, 5, 4, 4, 7, 4, 4, window(1, 0), 1);
    conv(2, 3, 2, 2, 4, 5, 5, window(1, 2), 1);
    // rows unlike columns
    conv(2, 3, 9, 10, 4, 3, 2, Window.of(2, 1, 1, 0, 1, 1), 1);
    conv(2, 3, 9, 10, 4, 3, 5, Window.of(1, 3, 0, 2, 1, 1), 1);
    conv(2, 3, 8, 8, 4, 3, 3, new Window(2, 2, 0, 0, 1, 1, 1, 1), 1);
    conv(2, 3, 8, 9, 4, 4, 4, new Window(1, 1, 1, 2, 2, 1, 1, 1), 1);
    conv(2, 3, 7, 7, 4, 3, 3, new Window(2, 1, 2, 0, 0, 3, 1, 2), 1);
    // dilation
    conv(2, 3, 9, 9, 4, 3, 3, Window.of(1, 1, 2, 2, 2, 2), 1);
    conv(2, 3, 9, 12, 4, 3, 3, Window.of(1, 1, 0, 0, 1, 3), 1);
    conv(2, 3, 12, 12, 4, 3, 3, Window.of(2, 2, 2, 2, 2, 2), 1);
    conv(1, 16, 16, 16, 16, 3, 3, Window.of(1, 1, 4, 4, 4, 4), 1);
    // groups
    conv(2, 4, 6, 6, 6, 3, 3, window(1, 1), 2);
    conv(2, 6, 6, 6, 9, 3, 3, window(2, 1), 3);
    conv(2, 32, 5, 5, 64, 3, 3, window(1, 1), 2);
    conv(2, 8, 5, 5, 4, 1, 1, window(1, 0), 4);
    for (int c : new int[] {1, 3, 7, 8, 9, 16, 17, 33}) {
      conv(2, c, 7, 7, c, 3, 3, window(1, 1), c);
      conv(2, c, 8, 8, c, 3, 3, window(2, 1), c);
    }
    conv(2, 8, 6, 6, 16, 3, 3, window(1, 1), 8);
    conv(1, 16, 9, 17, 16, 5, 5, window(1, 2), 16);
    conv(1, 4, 9, 33, 4, 7, 7, window(1, 3), 4);
    conv(2, 4, 9, 9, 4, 3, 3, Window.of(1, 1, 2, 2, 2, 2), 4);
    conv(2, 4, 9, 9, 4, 3, 3, new Window(2, 2, 0, 1, 1, 0, 1, 1), 4);
    // batches
    conv(17, 3, 6, 6, 5, 3, 3, window(1, 1), 1);
    conv(33, 1, 5, 5, 2, 3, 3, window(1, 0), 1);
  }

  /// The convolution and both of its gradients.
  private void conv(int n, int c, int h, int w, int o, int kh, int kw, Window window, int groups) {
    int oh = window.outHeight(h, kh);
    int ow = window.outWidth(w, kw);
    cases.add(OpCase.of(new Conv2d(window, groups), operand(n, c, h, w), operand(o, c / groups, kh, kw)));
    cases.add(OpCase.of(new Conv2dGradInput(window, groups, h, w), operand(n, o, oh, ow), operand(o, c / groups, kh, kw)));
    cases.add(OpCase.of(new Conv2dGradWeight(window, groups, kh, kw), operand(n, c, h, w), operand(n, o, oh, ow)));
  }
}
