package dlt.backend;

import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/// A tensor on a device. Values go in and out row-major, little-endian, in the type's element type, whatever the device
/// keeps.
public interface Buffer {
  TensorType type();

  /// Replaces all values by those of `source`, which has exactly the type's bytes.
  void write(MemorySegment source);

  /// Copies all values to `destination`, which has exactly the type's bytes.
  void read(MemorySegment destination);

  /// Element `i` in row-major order, as exact as the device keeps it.
  double at(long i);

  /// Sets element `i` in row-major order, as exact as the device keeps it.
  void set(long i, double value);

  /// Replaces all values; a tensor of another element type is converted.
  default void write(HostTensor source) {
    if (!source.shape().equals(type().shape())) {
      throw new IllegalArgumentException("a buffer of " + type() + " met " + source.type());
    }
    write(source.as(type().dtype()).data());
  }

  /// Replaces all values by those that `values` sets, which sets each of its tensor's.
  default void fill(Consumer<HostTensor> values) {
    try (Arena arena = Arena.ofConfined()) {
      HostTensor t = HostTensor.allocate(arena, type());
      values.accept(t);
      write(t);
    }
  }

  /// Replaces all values, of float32, by what [Philox#uniform(HostTensor, double, double)] draws from [low, high).
  default void uniform(Philox random, double low, double high) {
    fill(t -> random.uniform(t, low, high));
  }

  /// A copy of all values.
  default HostTensor read() {
    HostTensor r = HostTensor.allocate(type());
    read(r.data());
    return r;
  }
}
