package dlt.data;

import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/// Samples in memory: one tensor `[samples, ...]` for each field. A float32 field may be kept as bytes, which take a quarter
/// of the space and are widened when they are read.
final class ArrayDataset implements Dataset {
  private final int size;
  private final Schema schema;
  private final List<HostTensor> inputs;
  private final List<HostTensor> targets;
  private final IntFunction<String> origin;
  private final Supplier<String> hash;
  private final Map<String, List<String>> keys;
  private final boolean mayMiss;

  ArrayDataset(
      int size, Schema schema, List<HostTensor> inputs, List<HostTensor> targets, IntFunction<String> origin, Supplier<String> hash) {
    this(size, schema, inputs, targets, origin, hash, Map.of());
  }

  /// `keys` are what [#key] gives.
  ArrayDataset(
      int size, Schema schema, List<HostTensor> inputs, List<HostTensor> targets, IntFunction<String> origin, Supplier<String> hash,
      Map<String, List<String>> keys) {
    this.size = size;
    this.schema = schema;
    this.inputs = List.copyOf(inputs);
    this.targets = List.copyOf(targets);
    this.origin = origin;
    this.hash = new Once<>(hash);
    this.keys = Map.copyOf(keys);
    this.mayMiss = inputs.stream().anyMatch(ArrayDataset::holdsNaN);
  }

  private static boolean holdsNaN(HostTensor t) {
    if (t.dtype() != DType.FLOAT32) {
      return false;
    }
    MemorySegment data = t.data();
    for (long i = 0, n = t.size(); i < n; i++) {
      if (Float.isNaN(data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, i * 4))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public void read(int sample, boolean target, int field, MemorySegment destination) {
    HostTensor from = (target ? targets : inputs).get(field);
    long count = (target ? schema.targets() : schema.inputs()).get(field).type().shape().size();
    if (from.dtype() == DType.UINT8) {
      widen(from.data(), sample * count, destination, count);
    } else {
      long bytes = count * from.dtype().bytes();
      MemorySegment.copy(from.data(), sample * bytes, destination, 0, bytes);
    }
  }

  /// Bytes 0 to 255 as float32.
  static void widen(MemorySegment bytes, long from, MemorySegment destination, long count) {
    for (long i = 0; i < count; i++) {
      destination.set(ValueLayout.JAVA_FLOAT_UNALIGNED, i * 4, bytes.get(ValueLayout.JAVA_BYTE, from + i) & 0xff);
    }
  }

  @Override
  public String origin(int sample) {
    return origin.apply(sample);
  }

  @Override
  public Optional<List<String>> key(String name) {
    return Optional.ofNullable(keys.get(name));
  }

  @Override
  public boolean inMemory() {
    return true;
  }

  @Override
  public boolean mayMiss() {
    return mayMiss;
  }

  @Override
  public String hash() {
    return hash.get();
  }
}
