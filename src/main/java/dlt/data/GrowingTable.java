package dlt.data;

import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Rows of numbers outside the Java heap, to which rows are added at the end. They lie in pieces, so that nothing is copied
/// when it grows.
final class GrowingTable implements StoredArray {
  /// About what a piece takes in bytes.
  private static final long PIECE = 1 << 20;

  private final SourceFile file;
  private final DType dtype;
  private final int width;
  private final int shift;
  private final List<HostTensor> pieces = new ArrayList<>();
  private int size;
  private boolean missing;

  /// A table of no rows; messages name `file`.
  GrowingTable(SourceFile file, DType dtype, int width) {
    this.file = file;
    this.dtype = dtype;
    this.width = width;
    this.shift = 63 - Long.numberOfLeadingZeros(Math.max(1, PIECE / dtype.bytes() / width));
  }

  /// Sets a number in a row that exists or is the next.
  void set(int row, int column, double value) {
    int piece = row >> shift;
    if (piece == pieces.size()) {
      pieces.add(allocate());
    }
    size = Math.max(size, row + 1);
    missing |= Double.isNaN(value);
    pieces.get(piece).set(index(row, column), value);
  }

  double at(int row, int column) {
    return pieces.get(row >> shift).at(index(row, column));
  }

  private long index(int row, int column) {
    return (long) (row & (1 << shift) - 1) * width + column;
  }

  private HostTensor allocate() {
    TensorType type = new TensorType(dtype, Shape.of(1 << shift, width));
    if (pieces.size() % 64 == 0 && !Room.has(64 * type.bytes())) {
      throw file.failure(
          String.format(
              Locale.ROOT,
              "does not fit into memory: %,d rows of %d columns take %.1f GB, and %.1f GB of memory are left; take fewer `features`, or keep the "
                  + "numbers in npy, safetensors or hdf5 files, which are read as they are needed",
              size, width, size * (double) width * dtype.bytes() / 1e9, Room.left() / 1e9));
    }
    return new HostTensor(type, Room.allocate(type.bytes()));
  }

  @Override
  public TensorType type() {
    return new TensorType(dtype, Shape.of(size, width));
  }

  @Override
  public boolean inMemory() {
    return true;
  }

  @Override
  public boolean mayMiss() {
    return missing;
  }

  /// Of one row.
  @Override
  public void read(long first, int channels, HostTensor to) {
    int row = (int) (first / width);
    StoredArray.copy(pieces.get(row >> shift), index(row, 0), channels, to);
  }
}
