package dlt.backend.cpu;

import dlt.op.Window;
import dlt.tensor.Shape;

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

  int planes() {
    return n * c;
  }
}
