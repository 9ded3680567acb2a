package dlt.backend.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The bytes of a kernel's parameter struct: members in the order of their declaration in C, each at a multiple of its size.
final class Arguments {
  private static final int MOST = 4096;     // what a kernel can be passed by value

  private final ByteBuffer bytes = ByteBuffer.allocate(MOST).order(ByteOrder.LITTLE_ENDIAN);
  private int alignment = 1;

  /// A pointer, or a `long long`.
  Arguments add(long value) {
    align(Long.BYTES).putLong(value);
    return this;
  }

  Arguments add(int value) {
    align(Integer.BYTES).putInt(value);
    return this;
  }

  /// A pointer to a tensor.
  Arguments add(Operand operand) {
    return add(operand.address());
  }

  /// An array of `length` ints, of which the last ones are `rest`.
  Arguments add(int[] values, int length, int rest) {
    for (int i = 0; i < length; i++) {
      add(i < values.length ? values[i] : rest);
    }
    return this;
  }

  /// An array of `length` long longs, of which the last ones are `rest`.
  Arguments add(long[] values, int length, long rest) {
    for (int i = 0; i < length; i++) {
      add(i < values.length ? values[i] : rest);
    }
    return this;
  }

  MemorySegment build(Arena arena) {
    align(alignment);
    MemorySegment r = arena.allocate(Math.max(1, bytes.position()), Long.BYTES);
    MemorySegment.copy(bytes.array(), 0, r, ValueLayout.JAVA_BYTE, 0, bytes.position());
    return r;
  }

  private ByteBuffer align(int size) {
    alignment = Math.max(alignment, size);
    while (bytes.position() % size != 0) {
      bytes.put((byte) 0);
    }
    return bytes;
  }
}
