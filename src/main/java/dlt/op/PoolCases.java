package dlt.op;

import static dlt.op.OpCase.integers;
import static dlt.op.OpCase.operand;
import static dlt.op.OpCase.uniform;

import java.util.ArrayList;
import java.util.List;

/// The cases of pools and their gradients.
final class PoolCases {
  private final List<OpCase> cases = new ArrayList<>();

  private PoolCases() {}

  static List<OpCase> all() {
    PoolCases table = new PoolCases();
    for (int c : new int[] {1, 3, 8, 9, 16, 17}) {
      table.both(2, c, 8, 8, 2, 2, window(2, 0));
      table.both(2, c, 7, 9, 3, 3, window(2, 1));
      table.both(1, c, 5, 5, 3, 3, window(1, 1));
    }
    for (int w : OpCases.SIZES) {
      table.both(1, 2, 4, w + 1, 2, 2, window(2, 0));
      table.both(1, 1, 3, w, 1, 1, window(1, 0));
      table.both(1, 2, 3, w, 3, 3, window(1, 1));
    }
    table.both(2, 3, 7, 7, 2, 2, window(2, 0));
    table.both(2, 3, 7, 7, 7, 7, window(1, 0));
    table.both(3, 33, 4, 4, 4, 4, window(4, 0));
    table.both(2, 3, 9, 8, 2, 3, Window.of(1, 2, 0, 1, 1, 1));
    table.both(2, 3, 10, 10, 5, 5, window(3, 2));
    table.both(2, 3, 10, 10, 2, 2, window(3, 0));
    table.both(1, 2, 28, 28, 2, 2, window(2, 0));
    table.both(17, 2, 6, 6, 3, 3, window(2, 0));
    // asymmetric
    table.both(2, 3, 6, 6, 3, 3, new Window(2, 2, 0, 0, 1, 1, 1, 1));
    table.both(2, 3, 6, 7, 3, 3, new Window(2, 1, 1, 0, 0, 1, 1, 1));
    // ceil_mode: the bottom and right rows of padding are the window's overhang
    table.max(2, 3, 7, 7, 2, 2, new Window(2, 2, 0, 0, 1, 1, 1, 1));
    table.average(2, 3, 7, 7, 2, 2, new Window(2, 2, 0, 0, 1, 1, 1, 1), 1, 1);
    table.average(2, 3, 8, 9, 3, 3, new Window(2, 2, 1, 1, 2, 1, 1, 1), 1, 0);
    table.average(2, 3, 6, 6, 3, 3, new Window(2, 2, 1, 1, 2, 2, 1, 1), 1, 1);
    // dilation
    table.max(2, 3, 9, 9, 3, 3, Window.of(1, 1, 0, 0, 2, 2));
    table.max(2, 3, 9, 9, 2, 3, Window.of(2, 1, 1, 1, 3, 2));
    return table.cases;
  }

  private static Window window(int stride, int padding) {
    return Window.of(stride, stride, padding, padding, 1, 1);
  }

  private void both(int n, int c, int h, int w, int kh, int kw, Window window) {
    max(n, c, h, w, kh, kw, window);
    average(n, c, h, w, kh, kw, window, 0, 0);
  }

  private void max(int n, int c, int h, int w, int kh, int kw, Window window) {
    int oh = window.outHeight(h, kh);
    int ow = window.outWidth(w, kw);
    cases.add(OpCase.of(new MaxPool2d(window, kh, kw), operand(n, c, h, w)));
    cases.add(OpCase.of(new MaxPool2d(window, kh, kw), operand(uniform(-9, -5), n, c, h, w)));
    cases.add(OpCase.of(new MaxPool2dGrad(window, kh, kw), operand(n, c, h, w), operand(n, c, oh, ow)).notSmooth());
    cases.add(OpCase.of(new MaxPool2dGrad(window, kh, kw), operand(integers(-1, 1), n, c, h, w), operand(n, c, oh, ow)).notSmooth());
  }

  private void average(int n, int c, int h, int w, int kh, int kw, Window window, int ceilBottom, int ceilRight) {
    for (boolean countPadding : new boolean[] {true, false}) {
      AvgPool2d pool = new AvgPool2d(window, kh, kw, countPadding, ceilBottom, ceilRight);
      cases.add(OpCase.of(pool, operand(n, c, h, w)));
      cases.add(OpCase.of(new AvgPool2dGrad(pool, h, w), operand(n, c, window.outHeight(h, kh), window.outWidth(w, kw))));
    }
  }
}
