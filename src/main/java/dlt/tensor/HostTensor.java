package dlt.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// A tensor in native memory, row-major, little-endian, 64-byte aligned when it was made here. The segment's scope says
/// how long it lives; [#allocate(TensorType)] leaves that to the garbage collector.
public record HostTensor(TensorType type, MemorySegment data) {
  /// Alignment of storage in bytes: a cache line and an AVX-512 register.
  public static final int ALIGNMENT = 64;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public HostTensor {
    if (data.byteSize() != type.bytes()) {
      throw new IllegalArgumentException(type + " needs " + type.bytes() + " bytes, not " + data.byteSize());
    }
  }

  /// A tensor of zeros.
  public static HostTensor allocate(TensorType type) {
    return allocate(Arena.ofAuto(), type);
  }

  /// A tensor of zeros that lives as long as `arena`.
  public static HostTensor allocate(Arena arena, TensorType type) {
    long bytes = type.bytes();
    return new HostTensor(type, arena.allocate(Math.max(bytes, 1), ALIGNMENT).asSlice(0, bytes));
  }

  /// A float32 tensor with these values in row-major order.
  public static HostTensor of(Shape shape, float... values) {
    HostTensor t = allocate(TensorType.float32(shape));
    check(shape, values.length);
    MemorySegment.copy(values, 0, t.data, FLOAT, 0, values.length);
    return t;
  }

  /// An int64 tensor with these values in row-major order.
  public static HostTensor of(Shape shape, long... values) {
    HostTensor t = allocate(TensorType.int64(shape));
    check(shape, values.length);
    MemorySegment.copy(values, 0, t.data, LONG, 0, values.length);
    return t;
  }

  /// A float64 tensor with these values in row-major order.
  public static HostTensor ofDoubles(Shape shape, double... values) {
    HostTensor t = allocate(new TensorType(DType.FLOAT64, shape));
    check(shape, values.length);
    MemorySegment.copy(values, 0, t.data, DOUBLE, 0, values.length);
    return t;
  }

  private static void check(Shape shape, int values) {
    if (shape.size() != values) {
      throw new IllegalArgumentException(shape + " needs " + shape.size() + " values, not " + values);
    }
  }

  public Shape shape() {
    return type.shape();
  }

  public DType dtype() {
    return type.dtype();
  }

  public long size() {
    return type.shape().size();
  }

  /// Element `i` in row-major order, whatever its type (booleans as 0 and 1, int64 rounded to the nearest double).
  public double at(long i) {
    return switch (type.dtype()) {
      case FLOAT32 -> data.get(FLOAT, i * 4);
      case FLOAT64 -> data.get(DOUBLE, i * 8);
      case INT64 -> data.get(LONG, i * 8);
      case INT32 -> data.get(INT, i * 4);
      case INT16 -> data.get(SHORT, i * 2);
      case INT8 -> data.get(ValueLayout.JAVA_BYTE, i);
      case UINT8, BOOL -> data.get(ValueLayout.JAVA_BYTE, i) & 0xff;
      case FLOAT16 -> Float.float16ToFloat(data.get(SHORT, i * 2));
      case BFLOAT16 -> Float.intBitsToFloat(data.get(SHORT, i * 2) << 16);
    };
  }

  /// Element `i` in row-major order as a whole number; a fraction is cut off.
  public long longAt(long i) {
    return type.dtype() == DType.INT64 ? data.get(LONG, i * 8) : (long) at(i);
  }

  /// Sets element `i` in row-major order, rounded to the element type.
  public void set(long i, double value) {
    switch (type.dtype()) {
      case FLOAT32 -> data.set(FLOAT, i * 4, (float) value);
      case FLOAT64 -> data.set(DOUBLE, i * 8, value);
      case INT64 -> data.set(LONG, i * 8, (long) value);
      case INT32 -> data.set(INT, i * 4, (int) value);
      case INT16 -> data.set(SHORT, i * 2, (short) value);
      case INT8, UINT8, BOOL -> data.set(ValueLayout.JAVA_BYTE, i, (byte) (int) value);
      case FLOAT16 -> data.set(SHORT, i * 2, Float.floatToFloat16((float) value));
      case BFLOAT16 -> {
        int bits = Float.floatToIntBits((float) value);   // rounding would carry a NaN of many bits into zero
        data.set(SHORT, i * 2, (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16));
      }
    }
  }

  /// Sets int64 element `i`.
  public void setLong(long i, long value) {
    data.set(LONG, i * 8, value);
  }

  /// Sets the elements of a float32 tensor from `i` on, as many of `values` as there are.
  public void set(long i, float[] values) {
    MemorySegment.copy(values, 0, data, FLOAT, 4 * i, (int) Math.min(values.length, size() - i));
  }

  /// Reads the elements of a float32 tensor from `i` on, as many as `to` has room for; gives their number.
  public int read(long i, float[] to) {
    int n = (int) Math.min(to.length, size() - i);
    MemorySegment.copy(data, FLOAT, 4 * i, to, 0, n);
    return n;
  }

  /// The same values in memory of its own.
  public HostTensor copy() {
    HostTensor r = allocate(type);
    r.data.copyFrom(data);
    return r;
  }

  /// All elements as doubles, in row-major order.
  public double[] toDoubles() {
    double[] r = new double[Math.toIntExact(size())];
    for (int i = 0; i < r.length; i++) {
      r[i] = at(i);
    }
    return r;
  }

  /// All elements of a float32 tensor in row-major order.
  public float[] toFloats() {
    return data.toArray(FLOAT);
  }

  /// The same values as another element type, rounded.
  public HostTensor as(DType dtype) {
    if (dtype == type.dtype()) {
      return this;
    }
    HostTensor r = allocate(new TensorType(dtype, type.shape()));
    for (long i = 0, n = size(); i < n; i++) {
      if (dtype == DType.INT64) {
        r.setLong(i, longAt(i));
      } else {
        r.set(i, at(i));
      }
    }
    return r;
  }

  /// The same memory under another shape of the same size.
  public HostTensor reshape(Shape shape) {
    return new HostTensor(new TensorType(type.dtype(), shape), data);
  }
}
