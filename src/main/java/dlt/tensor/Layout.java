package dlt.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;

/// How the elements of a tensor lie in a file, and the type that they become: unsigned numbers wider than a byte become the
/// next larger signed type (64-bit ones must fit), big-endian ones are turned round, column-major ones transposed.
public record Layout(TensorType type, int width, boolean unsigned, boolean bigEndian, boolean columnMajor) {
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Elements as [HostTensor] holds them.
  public static Layout plain(DType dtype, Shape shape) {
    return new Layout(new TensorType(dtype, shape), dtype.bytes(), false, false, false);
  }

  /// Unsigned elements of `width` bytes (2, 4 or 8).
  public static Layout unsigned(int width, Shape shape) {
    return new Layout(new TensorType(width == 2 ? DType.INT32 : DType.INT64, shape), width, true, false, false);
  }

  /// Size in the file in bytes. Throws [ArithmeticException] where it exceeds a long.
  public long bytes() {
    return Math.multiplyExact(type.shape().size(), (long) width);
  }

  /// Whether the elements lie in the file as they lie in a [HostTensor].
  public boolean isPlain() {
    return !unsigned && !bigEndian && !transposed();
  }

  /// Memory of the file's size to read into.
  public MemorySegment allocate() {
    long bytes = bytes();
    return Arena.ofAuto().allocate(Math.max(bytes, 1), HostTensor.ALIGNMENT).asSlice(0, bytes);
  }

  /// The same with the most significant byte of each element first.
  public Layout asBigEndian() {
    return new Layout(type, width, unsigned, width > 1, columnMajor);
  }

  /// The tensor from byte `position` of `file` on. Where `mapped`, elements that lie there as they do in memory stay in the file
  /// until they are looked at. Throws Failure(DATA) where the file is too short.
  public HostTensor read(Path file, long position, boolean mapped) {
    try (DataFile in = new DataFile(file)) {
      if (mapped && isPlain()) {
        return new HostTensor(type, in.map(position, bytes()));
      }
      if (bytes() > in.size() - position) {
        throw in.failure("found " + Math.max(0, in.size() - position) + " bytes, expected " + bytes());
      }
      MemorySegment raw = allocate();
      in.read(position, raw);
      return decode(raw);
    }
  }

  /// The tensor of what was read. Throws [ArithmeticException] for an unsigned number beyond 2^63.
  public HostTensor decode(MemorySegment raw) {
    long n = type.shape().size();
    if (bigEndian) {
      for (long i = 0; i < n; i++) {
        switch (width) {
          case 2 -> raw.set(SHORT, i * 2, Short.reverseBytes(raw.get(SHORT, i * 2)));
          case 4 -> raw.set(INT, i * 4, Integer.reverseBytes(raw.get(INT, i * 4)));
          case 8 -> raw.set(LONG, i * 8, Long.reverseBytes(raw.get(LONG, i * 8)));
          default -> throw new IllegalStateException("width " + width);
        }
      }
    }
    if (!unsigned && !transposed()) {
      return new HostTensor(type, raw);
    }
    HostTensor r = HostTensor.allocate(type);
    long[] strides = strides();
    int[] index = new int[strides.length];
    long from = 0;
    for (long i = 0; i < n; i++) {
      copy(raw, from, r.data(), i);
      for (int d = index.length - 1; d >= 0; d--) {
        from += strides[d];
        if (++index[d] < type.shape().dim(d)) {
          break;
        }
        from -= strides[d] * index[d];
        index[d] = 0;
      }
    }
    return r;
  }

  private boolean transposed() {
    return columnMajor && type.shape().rank() > 1;
  }

  /// The distance between neighbours in each dimension, in elements of the file.
  private long[] strides() {
    if (!columnMajor) {
      return type.shape().strides();
    }
    long[] r = new long[type.shape().rank()];
    long n = 1;
    for (int d = 0; d < r.length; d++) {
      r[d] = n;
      n *= type.shape().dim(d);
    }
    return r;
  }

  private void copy(MemorySegment from, long i, MemorySegment to, long j) {
    if (!unsigned) {
      MemorySegment.copy(from, i * width, to, j * width, width);
      return;
    }
    switch (width) {
      case 2 -> to.set(INT, j * 4, from.get(SHORT, i * 2) & 0xffff);
      case 4 -> to.set(LONG, j * 8, from.get(INT, i * 4) & 0xffffffffL);
      case 8 -> {
        long v = from.get(LONG, i * 8);
        if (v < 0) {
          throw new ArithmeticException("the unsigned number " + Long.toUnsignedString(v));
        }
        to.set(LONG, j * 8, v);
      }
      default -> throw new IllegalStateException("width " + width);
    }
  }
}
