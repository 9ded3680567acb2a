package dlt.data;

import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Samples in arrays: one array `[samples, ...]` for each field. What a field holds as float32 may be kept as another type,
/// such as bytes, which take a quarter of the space; it is converted when it is read.
final class ArrayDataset implements Dataset {
  /// An array and how a sample of it becomes `type`; `channels` as in [StoredArray#read]. `check` gets what was read and the
  /// sample's number, and throws where it is no valid value.
  record Values(StoredArray array, TensorType type, int channels, ObjIntConsumer<HostTensor> check) {
    /// All of `tensor`, whose values have been checked.
    static Values of(HostTensor tensor, TensorType type) {
      return new Values(StoredArray.of(tensor), type, 1, (_, _) -> {});
    }

    void read(int sample, MemorySegment destination) {
      HostTensor to = new HostTensor(type, destination.asSlice(0, type.bytes()));
      array.read(sample * to.size(), channels, to);
      check.accept(to, sample);
    }
  }

  private final int size;
  private final Schema schema;
  private final List<Values> inputs;
  private final List<Values> targets;
  private final IntFunction<String> origin;
  private final Supplier<String> hash;
  private final Map<String, List<String>> keys;
  private final boolean mayMiss;
  private final boolean inMemory;

  ArrayDataset(
      int size, Schema schema, List<HostTensor> inputs, List<HostTensor> targets, IntFunction<String> origin, Supplier<String> hash) {
    this(size, schema, values(inputs, schema.inputs()), values(targets, schema.targets()), origin, hash, Map.of());
  }

  /// `keys` are what [#key] gives.
  ArrayDataset(
      int size, Schema schema, List<Values> inputs, List<Values> targets, IntFunction<String> origin, Supplier<String> hash,
      Map<String, List<String>> keys) {
    this.size = size;
    this.schema = schema;
    this.inputs = List.copyOf(inputs);
    this.targets = List.copyOf(targets);
    this.origin = origin;
    this.hash = new Once<>(hash);
    this.keys = Map.copyOf(keys);
    this.mayMiss = inputs.stream().anyMatch(v -> v.array.mayMiss());
    this.inMemory = inputs.stream().allMatch(v -> v.array.inMemory()) && targets.stream().allMatch(v -> v.array.inMemory());
  }

  private static List<Values> values(List<HostTensor> tensors, List<Field> fields) {
    return IntStream.range(0, tensors.size()).mapToObj(i -> Values.of(tensors.get(i), fields.get(i).type())).toList();
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
    try {
      (target ? targets : inputs).get(field).read(sample, destination);
    } catch (InternalError e) { // a page of a mapped file is gone
      throw new Failure(Failure.Kind.DATA, origin(sample) + ": can no longer be read; was the file cut off meanwhile?", e);
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
    return inMemory;
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
