package dlt.backend.cpu;

import java.lang.foreign.MemorySegment;

/// The sizes of an image.
record ImageShape(int channels, int height, int width) {
  /// Its elements.
  long size() {
    return (long) channels * height * width;
  }

  /// Throws where `data` does not hold `n` such images.
  void check(MemorySegment data, int n) {
    if (data.byteSize() != 4 * n * size()) {
      throw new IllegalArgumentException(n + " of " + this + " met " + data.byteSize() + " bytes");
    }
  }
}
