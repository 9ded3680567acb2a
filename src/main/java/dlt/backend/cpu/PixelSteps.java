package dlt.backend.cpu;

/// How the images of a convolution lie in memory: bytes from one image, row and pixel to the next, and a pixel's channels as
/// `planes` runs of `run` adjacent floats, `plane` bytes apart: one run channels-last, runs of one float in planes.
record PixelSteps(long image, long row, long pixel, int planes, long plane, int run) {
  static PixelSteps of(ImageShape shape, boolean channelsLast) {
    long area = 4L * shape.height() * shape.width();
    return channelsLast
        ? new PixelSteps(area * shape.channels(), 4L * shape.width() * shape.channels(), 4L * shape.channels(), 1, 0, shape.channels())
        : new PixelSteps(area * shape.channels(), 4L * shape.width(), 4, shape.channels(), area, 1);
  }

  /// Where the first channel of a pixel lies, or would lie where the row or column is outside the image.
  long at(int image, long y, long x) {
    return image * this.image + y * row + x * pixel;
  }
}
