package dlt.backend.cpu;

import dlt.op.Window;
import dlt.tensor.Shape;

/// The sizes of one convolution, whichever of its three passes is computed: images [N, C, H, W], weights
/// [O, C / groups, KH, KW], results [N, O, OH, OW].
record ConvGeometry(
    int n, int c, int h, int w, int o, int oh, int ow, int kh, int kw, int groups, Window window) {

  static ConvGeometry of(Window window, int groups, Shape images, Shape weights, Shape results) {
    return new ConvGeometry(images.dim(0), images.dim(1), images.dim(2), images.dim(3), results.dim(1), results.dim(2), results.dim(3),
        weights.dim(2), weights.dim(3), groups, window);
  }

  /// Input channels of one group.
  int groupC() {
    return c / groups;
  }

  /// Output channels of one group.
  int groupO() {
    return o / groups;
  }

  /// How kernel rows meet image rows.
  Taps rows() {
    return new Taps(h, oh, kh, window.strideH(), window.padTop(), window.dilationH());
  }

  /// How kernel columns meet image columns.
  Taps columns() {
    return new Taps(w, ow, kw, window.strideW(), window.padLeft(), window.dilationW());
  }

  ImageShape images() {
    return new ImageShape(c, h, w);
  }

  ImageShape results() {
    return new ImageShape(o, oh, ow);
  }
}
