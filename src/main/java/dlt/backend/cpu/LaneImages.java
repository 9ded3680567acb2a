package dlt.backend.cpu;

import java.lang.foreign.MemorySegment;

/// Row-major rows (the values of an image, or of a plane) that go in and out of lanes by groups of as many rows as a vector
/// has lanes: group `g` is rows `g * lanes` and on, the last one perhaps fewer.
final class LaneImages {
  private final MemorySegment data;
  private final int rows;
  private final long rowSize;
  private final int lanes;
  private final Kernel full;
  private final Kernel last;

  private LaneImages(Target target, boolean toLanes, MemorySegment data, int rows, long rowSize) {
    if (data.byteSize() != 4 * rows * rowSize) {
      throw new IllegalArgumentException(rows + " rows of " + rowSize + " floats met " + data.byteSize() + " bytes");
    }
    this.data = data;
    this.rows = rows;
    this.rowSize = rowSize;
    this.lanes = target.lanes();
    this.full = kernel(target, toLanes, Math.min(rows, lanes));
    this.last = rows % lanes == 0 ? full : kernel(target, toLanes, rows % lanes);
  }

  /// What is read: [#move] fills vectors with a group.
  static LaneImages source(Target target, MemorySegment data, int rows, long rowSize) {
    return new LaneImages(target, true, data, rows, rowSize);
  }

  /// What is written: [#move] takes a group from vectors.
  static LaneImages result(Target target, MemorySegment data, int rows, long rowSize) {
    return new LaneImages(target, false, data, rows, rowSize);
  }

  private Kernel kernel(Target target, boolean toLanes, int count) {
    return new LaneTranspose(toLanes, count, 4 * rowSize, 4L * lanes, true, (int) (rowSize % lanes)).compile(target);
  }

  /// Whether a group of rows this long can be addressed.
  static boolean fits(long rowSize) {
    return rowSize <= Integer.MAX_VALUE / 64 / 2;
  }

  int groups() {
    return Math.ceilDiv(rows, lanes);
  }

  /// Bytes of a group, and of its vectors.
  long bytes() {
    return 4 * lanes * rowSize;
  }

  MemorySegment data() {
    return data;
  }

  /// Where group `g` begins.
  long at(int g) {
    return data.address() + g * bytes();
  }

  /// Moves group `g`, which begins at `at`, from or to the [#bytes] at `vectors`.
  void move(int g, long at, long vectors) {
    Kernel kernel = g < rows / lanes ? full : last;
    kernel.call(at, vectors, rowSize / lanes);
  }
}
