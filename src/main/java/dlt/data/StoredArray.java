package dlt.data;

import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;

/// An array in memory or in a file, of any element type, whose elements are read piece by piece. Reading is safe from several
/// threads at once.
interface StoredArray {
  TensorType type();

  /// Whether reading is little more than a copy.
  boolean inMemory();

  /// Whether an element may be NaN, which means a missing value.
  boolean mayMiss();

  /// Fills `to` with the elements from `first` on, in row-major order and as the type that `to` has. Where `channels` is more
  /// than 1, they are taken for `[..., channels]` and become `[channels, ...]`.
  void read(long first, int channels, HostTensor to);

  /// All of `tensor`, which lies in memory or in a file that is mapped into it.
  static StoredArray of(HostTensor tensor) {
    return new Whole(tensor);
  }

  record Whole(HostTensor tensor) implements StoredArray {
    @Override
    public TensorType type() {
      return tensor.type();
    }

    @Override
    public boolean inMemory() {
      return !tensor.data().isMapped();
    }

    @Override
    public boolean mayMiss() {
      if (!tensor.dtype().floating() || !inMemory()) {
        return tensor.dtype().floating();
      }
      for (long i = 0, n = tensor.size(); i < n; i++) {
        if (Double.isNaN(tensor.at(i))) {
          return true;
        }
      }
      return false;
    }

    @Override
    public void read(long first, int channels, HostTensor to) {
      copy(tensor, first, channels, to);
    }
  }

  /// An array of finite numbers that is made when it is first read.
  record Made(TensorType type, Supplier<HostTensor> values) implements StoredArray {
    @Override
    public boolean inMemory() {
      return true;
    }

    @Override
    public boolean mayMiss() {
      return false;
    }

    @Override
    public void read(long first, int channels, HostTensor to) {
      copy(values.get(), first, channels, to);
    }
  }

  /// What [#read] does, out of the elements of `from`.
  static void copy(HostTensor from, long first, int channels, HostTensor to) {
    long plane = to.size() / channels;
    DType stored = from.dtype();
    if (stored == to.dtype() && channels == 1) {
      long width = stored.bytes();
      MemorySegment.copy(from.data(), first * width, to.data(), 0, plane * width);
      return;
    }
    for (int c = 0; c < channels; c++) {
      if (stored == DType.UINT8 && to.dtype() == DType.FLOAT32 && channels <= Some.BYTES) {
        widen(from.data(), first + c, channels, to.data(), c * plane, plane);
      } else if (to.dtype() == DType.INT64) {
        for (long i = 0; i < plane; i++) {
          to.setLong(c * plane + i, from.longAt(first + i * channels + c));
        }
      } else {
        for (long i = 0; i < plane; i++) {
          to.set(c * plane + i, from.at(first + i * channels + c));
        }
      }
    }
  }

  /// Every `stride`-th byte (of at most [Some#BYTES]) from `from` on, 0 to 255, as `count` float32s from element `at` of `destination` on.
  static void widen(MemorySegment bytes, long from, int stride, MemorySegment destination, long at, long count) {
    Some some = Some.OF_THREAD.get();
    int most = Some.BYTES / stride;
    for (long done = 0; done < count; done += most) {
      int n = (int) Math.min(most, count - done);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, from + done * stride, some.bytes, 0, (n - 1) * stride + 1);
      some.widen(stride, n);
      MemorySegment.copy(some.floats, 0, destination, ValueLayout.JAVA_FLOAT_UNALIGNED, (at + done) * Float.BYTES, n);
    }
  }

  /// What a thread widens at a time: loops over arrays take a fraction of those over memory.
  final class Some {
    static final int BYTES = 1 << 14;
    static final ThreadLocal<Some> OF_THREAD = ThreadLocal.withInitial(Some::new);
    private final byte[] bytes = new byte[BYTES];
    private final float[] floats = new float[BYTES];

    private Some() {}

    private void widen(int stride, int count) {
      if (stride == 1) {
        for (int i = 0; i < count; i++) {
          floats[i] = bytes[i] & 0xff;
        }
      } else {
        for (int i = 0; i < count; i++) {
          floats[i] = bytes[i * stride] & 0xff;
        }
      }
    }
  }
}
