package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

@Doc("Made-up data for measurements: inputs uniform in [-1, 1), and one of `classes`, `labels` and `values` as target.")
public record Synthetic(
    @Doc("The number of samples.") @Range(min = 1) int samples,
    @Doc("The shape of one input.") @Range(min = 1) List<Integer> shape,
    @Doc("The number of classes; the inputs of a class share a pattern, so that it can be learned.") @Range(min = 2) Optional<Integer> classes,
    @Doc("The shape of a target of zeros and ones.") @Range(min = 1) Optional<List<Integer>> labels,
    @Doc("The shape of a target of numbers in [-1, 1).") @Range(min = 1) Optional<List<Integer>> values,
    @Doc("Other seeds, other data.") @Default("0") long seed)
    implements Source {
  /// Patterns of larger samples repeat themselves.
  private static final int PATTERN = 1 << 12;

  public Synthetic {
    if (Stream.of(classes, labels, values).filter(Optional::isPresent).count() != 1) {
      throw new Invalid("", "not one target", "one of classes, labels and values");
    }
  }

  /// The inputs are made when the first of them is read: much that is done with made-up data looks at shapes and targets alone.
  @Override
  public Dataset open(Path base, Wanted wanted) {
    Schema schema = declared(wanted).orElseThrow();
    List<HostTensor> y = schema.targets().stream().map(this::targets).toList();
    Once<HostTensor> x = new Once<>(() -> inputs(y));
    List<ArrayDataset.Values> inputs = List.of(new ArrayDataset.Values(
        new StoredArray.Made(TensorType.float32(new Shape(shape).insert(0, samples)), x), schema.inputs().getFirst().type(), 1, (_, _) -> {}));
    List<ArrayDataset.Values> targets = IntStream.range(0, y.size()).mapToObj(i -> ArrayDataset.Values.of(y.get(i), schema.targets().get(i).type())).toList();
    return wanted.checked(
        new ArrayDataset(samples, schema, inputs, targets, i -> "synthetic[" + i + "]", () -> hash(toString()), Map.of()), "synthetic");
  }

  @Override
  public boolean readsNothing() {
    return true;
  }

  @Override
  public Optional<Schema> declared(Wanted wanted) {
    List<Field> target = wanted.targets() == TargetKind.NONE ? List.of() : List.of(target(wanted.kind("y")));
    return Optional.of(new Schema(List.of(new Field("x", TensorType.float32(new Shape(shape)))), target));
  }

  private Field target(TargetKind kind) {
    if (kind == TargetKind.CLASSES) {
      if (classes.isEmpty()) {
        throw new Failure(Failure.Kind.USAGE, "synthetic: the loss wants classes; say `classes:`");
      }
      return new Field("y", TensorType.int64());
    }
    return labels.or(() -> values)
        .map(dims -> new Field("y", TensorType.float32(new Shape(dims))))
        .orElseThrow(() -> new Failure(Failure.Kind.USAGE, "synthetic: the loss wants numbers; say `labels:` or `values:`"));
  }

  /// The input of every sample: random numbers, and what its class has in common with others.
  private HostTensor inputs(List<HostTensor> targets) {
    Philox random = new Philox(seed, Philox.Purpose.SYNTHETIC.stream(0), 0);
    HostTensor x = HostTensor.allocate(TensorType.float32(new Shape(shape).insert(0, samples)));
    float[] some = new float[PATTERN];
    for (long i = 0, n = x.size(); i < n; i += some.length) {
      random.uniform(i, some);
      for (int k = 0; k < some.length; k++) {
        some[k] = 2 * some[k] - 1;
      }
      x.set(i, some);
    }
    if (classes.isPresent() && !targets.isEmpty()) {
      addPatterns(x, targets.getFirst());
    }
    return x;
  }

  private HostTensor targets(Field field) {
    HostTensor y = HostTensor.allocate(new TensorType(field.type().dtype(), field.type().shape().insert(0, samples)));
    Philox random = new Philox(seed, Philox.Purpose.SYNTHETIC.stream(1), 0);
    for (long i = 0, n = y.size(); i < n; i++) {
      float u = random.uniform(i);
      if (classes.isPresent()) {
        y.setLong(i, (long) (u * classes.get()));
      } else {
        y.set(i, labels.isPresent() ? (u < 0.5 ? 0 : 1) : 2 * u - 1);
      }
    }
    return y;
  }

  private void addPatterns(HostTensor x, HostTensor y) {
    Philox random = new Philox(seed, Philox.Purpose.SYNTHETIC.stream(2), 0);
    long count = x.size() / samples;
    int length = (int) Math.min(count, PATTERN);
    float[][] patterns = new float[classes.get()][];
    float[] some = new float[length];
    for (int s = 0; s < samples; s++) {
      int c = (int) y.longAt(s);
      if (patterns[c] == null) {
        patterns[c] = new float[length];
        random.uniform((long) c * length, patterns[c]);
      }
      for (long begin = s * count, i = begin; i < begin + count; i += length) {
        int n = (int) Math.min(x.read(i, some), begin + count - i);
        for (int k = 0; k < n; k++) {
          some[k] = (float) ((some[k] + (double) (patterns[c][k] - 0.5f)) / 1.5);
        }
        x.set(i, n == length ? some : Arrays.copyOf(some, n));
      }
    }
  }

  private static String hash(String text) {
    return HexFormat.of().formatHex(SourceFile.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public List<String> paths() {
    return List.of();
  }
}
