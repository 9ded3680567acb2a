package dlt.data;

import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.TensorType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// The samples of a part in batches, epoch after epoch. What comes out depends on part, seed, epoch and options alone.
public final class Batches implements AutoCloseable {
  /// Batches of memory up to this many bytes are copied by whoever asks for them: waking a thread takes longer.
  private static final long SMALL = 1 << 16;
  /// Small batches are made ahead in numbers, so that threads that share processors with the steps need not come in turn with
  /// each: so many for each thread that makes them, as long as all together have no more bytes than this.
  static final int AHEAD = 32;
  private static final long AHEAD_BYTES = 8 << 20;

  /// How batches are made. Samples are augmented, and shuffled or drawn by `sampler`, by numbers from `seed`. `targets` says what the batches'
  /// targets are, where class indices are mixed and so become the classes' probabilities; the data's own where it is empty.
  public record Options(int batchSize, boolean shuffle, boolean dropLast, List<Augment> augment, long seed, List<Field> targets,
      Optional<WeightedSampler> sampler) {
    public Options {
      augment = List.copyOf(augment);
      targets = List.copyOf(targets);
    }

    /// With the data's own targets.
    public Options(int batchSize, boolean shuffle, boolean dropLast, List<Augment> augment, long seed) {
      this(batchSize, shuffle, dropLast, augment, seed, List.of(), Optional.empty());
    }

    /// In the part's order, as they are.
    public static Options plain(int batchSize) {
      return new Options(batchSize, false, false, List.of(), 0);
    }
  }

  /// The batches of one epoch. They are made ahead by other threads, which end when it is closed or exhausted.
  public interface Epoch extends Iterator<Batch>, AutoCloseable {
    /// Failures of reading surface here, in the batch that they belong to.
    @Override
    Batch next();

    @Override
    void close();
  }

  private final Part part;
  private final Options options;
  private final int count;
  private final int workers;
  private final Arena arena = Arena.ofShared();
  private final List<Slot> slots = new ArrayList<>();
  private Epoch current;

  /// Throws Failure(DATA) where there are fewer samples than one batch takes and the last, smaller one is dropped.
  public Batches(Part part, Options options) {
    this.part = part;
    this.options = options;
    int whole = part.size() / options.batchSize();
    this.count = options.dropLast() || part.size() % options.batchSize() == 0 ? whole : whole + 1;
    if (count == 0) {
      throw new Failure(
          Failure.Kind.DATA, "the " + part.name() + " part has " + part.size() + " samples, fewer than a batch of " + options.batchSize());
    }
    boolean cheap = part.dataset().inMemory() && options.augment().isEmpty();
    Schema own = part.dataset().schema();
    Schema schema = options.targets().isEmpty() ? own : new Schema(own.inputs(), options.targets());
    Slot first = new Slot(arena, schema, Math.min(options.batchSize(), part.size()));
    slots.add(first);
    if (cheap && first.bytes() <= SMALL) {
      this.workers = 0;
    } else {
      this.workers = cheap ? 1 : Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 8);
    }
    int ahead = Math.clamp(AHEAD_BYTES / first.bytes(), 1, AHEAD) * workers;
    for (int i = 0; i < ahead + 1 && workers > 0; i++) {
      slots.add(new Slot(arena, schema, first.capacity()));
    }
  }

  /// The number of batches of an epoch.
  public int count() {
    return count;
  }

  /// The number of samples of batch number `index` (from 0) of an epoch.
  public int size(int index) {
    return Math.min(options.batchSize(), part.size() - index * options.batchSize());
  }

  /// The sizes that occur: the batch size, and that of the last batch where it differs.
  public List<Integer> sizes() {
    return options.dropLast() ? List.of(options.batchSize()) : sizes(part.size(), options.batchSize());
  }

  /// The same of `samples` samples in batches of `batchSize`, of which none is dropped.
  public static List<Integer> sizes(int samples, int batchSize) {
    int size = Math.min(batchSize, samples);
    int last = samples % size;
    return last == 0 ? List.of(size) : List.of(size, last);
  }

  /// The batches of `epoch` from number `skip` on. One epoch at a time: asking again ends the one before.
  public Epoch epoch(int epoch, int skip) {
    if (current != null) {
      current.close();
    }
    int[] order = part.samples();
    if (options.shuffle()) {
      Philox random = new Philox(options.seed(), Philox.Purpose.SHUFFLE.stream(0), epoch);
      int[] places = options.sampler().map(s -> s.draw(random)).orElseGet(() -> random.permutation(part.size()));
      order = new int[part.size()];
      for (int i = 0; i < order.length; i++) {
        order[i] = part.samples()[places[i]];
      }
    }
    Order batches = new Order(order, options.batchSize(), count);
    current =
        workers == 0
            ? new Direct(batches, slots.getFirst(), filler(epoch), skip)
            : new Ahead(batches, slots, workers, () -> filler(epoch), skip);
    return current;
  }

  private Filler filler(int epoch) {
    List<Augment> steps = options.augment();
    Schema schema = part.dataset().schema();
    return new Filler(
        part.dataset().epoch(epoch),
        steps.stream().allMatch(Augment::mixes) ? Optional.empty() : Optional.of(new Augmentation(steps, schema, options.seed(), epoch)),
        steps.stream().noneMatch(Augment::mixes) ? Optional.empty() : Optional.of(new Mixing(steps, schema, options.seed(), epoch)));
  }

  /// Ends the epoch under way and frees the buffers.
  @Override
  public void close() {
    if (current != null) {
      current.close();
    }
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  /// The samples of an epoch one after the other, and how they are cut.
  record Order(int[] samples, int batchSize, int count) {
    int size(int batch) {
      return Math.min(batchSize, samples.length - batch * batchSize);
    }
  }

  /// Memory for one batch.
  record Slot(List<HostTensor> inputs, List<HostTensor> targets, int capacity) {
    Slot(Arena arena, Schema schema, int capacity) {
      this(tensors(arena, schema.inputs(), capacity), tensors(arena, schema.targets(), capacity), capacity);
    }

    private static List<HostTensor> tensors(Arena arena, List<Field> fields, int capacity) {
      return fields.stream().map(f -> HostTensor.allocate(arena, batch(f, capacity))).toList();
    }

    long bytes() {
      return inputs.stream().mapToLong(t -> t.type().bytes()).sum() + targets.stream().mapToLong(t -> t.type().bytes()).sum();
    }

    /// Its first `size` samples.
    Batch batch(int size, int index) {
      return new Batch(first(inputs, size), first(targets, size), size, index);
    }

    private List<HostTensor> first(List<HostTensor> tensors, int size) {
      return size == capacity ? tensors : tensors.stream().map(t -> first(t, size)).toList();
    }

    private static HostTensor first(HostTensor t, int size) {
      TensorType type = new TensorType(t.dtype(), t.shape().with(0, size));
      return new HostTensor(type, t.data().asSlice(0, type.bytes()));
    }

    private static TensorType batch(Field field, int size) {
      return new TensorType(field.type().dtype(), field.type().shape().insert(0, size));
    }
  }
}
