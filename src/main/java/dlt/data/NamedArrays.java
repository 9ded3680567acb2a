package dlt.data;

import dlt.config.Invalid;
import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.function.ObjIntConsumer;

/// Arrays by name, out of one file or of several, as samples. Inputs become float32 when they are read.
record NamedArrays(String name, List<SourceFile> files, SequencedMap<String, StoredArray> arrays) {
  static NamedArrays of(SourceFile file, SequencedMap<String, HostTensor> tensors) {
    SequencedMap<String, StoredArray> arrays = new LinkedHashMap<>();
    tensors.forEach((name, t) -> arrays.put(name, StoredArray.of(t)));
    return new NamedArrays(file.name(), List.of(file), arrays);
  }

  /// Of npy files: each array is called as its path.
  static NamedArrays of(Path base, List<String> paths) {
    SequencedMap<String, StoredArray> arrays = new LinkedHashMap<>();
    List<SourceFile> files = new ArrayList<>();
    for (String path : paths) {
      SourceFile file = SourceFile.of(base, path);
      files.add(file);
      arrays.put(path, StoredArray.of(file.large() ? dlt.tensor.Npy.map(file.path()) : dlt.tensor.Npy.read(file.path())));
    }
    return new NamedArrays(paths.getFirst(), files, arrays);
  }

  /// Throws [Invalid] where a source names no input.
  static void requireSome(List<String> inputs) {
    if (inputs.isEmpty()) {
      throw new Invalid("inputs", "an empty list", "at least one");
    }
  }

  /// The names of the arrays that [#dataset] reads.
  static SequencedSet<String> named(List<String> inputs, List<String> targets, Wanted wanted) {
    SequencedSet<String> r = new LinkedHashSet<>(inputs);
    r.addAll(wanted.targets() == TargetKind.NONE ? List.of() : targets);
    r.addAll(wanted.keys().stream().sorted().toList());
    return r;
  }

  /// The arrays `inputs` and `targets` as samples that the first `batchDims` dimensions count.
  Dataset dataset(List<String> inputs, List<String> targets, int batchDims, ImageLayout layout, Wanted wanted) {
    List<String> wantedTargets = wanted.targets() == TargetKind.NONE ? List.of() : targets;
    Samples samples = samples(inputs.getFirst(), batchDims, layout);
    List<Field> x = new ArrayList<>();
    List<ArrayDataset.Values> xs = new ArrayList<>();
    for (String input : inputs) {
      xs.add(samples.input(input));
      x.add(new Field(fieldName(input), xs.getLast().type()));
    }
    List<Field> y = new ArrayList<>();
    List<ArrayDataset.Values> ys = new ArrayList<>();
    for (String target : wantedTargets) {
      String called = fieldName(target);
      if (wanted.kind(called) == TargetKind.CLASSES) {
        List<String> classes = classes(wanted, y.size());
        ys.add(samples.indices(target, classes));
        y.add(new Field(called, ys.getLast().type(), classes, List.of()));
      } else {
        y.add(new Field(called, TensorType.float32(samples.shape(target))));
        ys.add(samples.numbers(target, samples.shape(target), false));
      }
    }
    if (layout == ImageLayout.HWC && inputs.stream().noneMatch(samples::image)) {
      throw failure("layout hwc is for images, and a sample of '" + inputs.getFirst() + "' is " + samples.shape(inputs.getFirst()));
    }
    if (layout == ImageLayout.HW && inputs.stream().noneMatch(samples::plane)) {
      throw failure("layout hw is for images of one channel, and a sample of '" + inputs.getFirst() + "' is " + samples.shape(inputs.getFirst()));
    }
    Map<String, List<String>> keys = new HashMap<>();
    wanted.keys().forEach(key -> keys.put(key, samples.texts(key)));
    return wanted.checked(new ArrayDataset(samples.size, new Schema(x, y), xs, ys, samples::origin, () -> SourceFile.hash(files), keys), name);
  }

  private Samples samples(String first, int batchDims, ImageLayout layout) {
    Shape shape = array(first).type().shape();
    if (shape.rank() < batchDims) {
      throw failure("'" + first + "' is " + shape + ": too few dimensions for batch_dims " + batchDims);
    }
    Shape lead = new Shape(shape.dims().subList(0, batchDims));
    if (lead.size() == 0) {
      throw failure("'" + first + "' is " + shape + ": no samples");
    }
    if (lead.size() > Integer.MAX_VALUE) {
      throw failure("'" + first + "' is " + shape + ": more than " + Integer.MAX_VALUE + " samples");
    }
    return new Samples(first, lead, (int) lead.size(), layout);
  }

  private StoredArray array(String key) {
    StoredArray array = arrays.get(key);
    if (array == null) {
      throw failure("has no array '" + key + "'" + Names.hint(key, arrays.keySet()));
    }
    return array;
  }

  /// What all arrays have in common: their first dimensions are `lead`, as those of the array `first` are.
  private final class Samples {
    private final String first;
    private final Shape lead;
    private final int size;
    private final ImageLayout layout;

    Samples(String first, Shape lead, int size, ImageLayout layout) {
      this.first = first;
      this.lead = lead;
      this.size = size;
      this.layout = layout;
    }

    /// `data.npz[17]`, or `data.npz[2, 5]` where two dimensions count the samples.
    String origin(int sample) {
      long[] strides = lead.strides();
      List<String> at = new ArrayList<>();
      for (int d = 0; d < strides.length; d++) {
        at.add(Long.toString(sample / strides[d] % lead.dim(d)));
      }
      return name + at;
    }

    /// A sample of the array as it is stored.
    private Shape stored(String key) {
      Shape shape = array(key).type().shape();
      if (shape.rank() < lead.rank() || !shape.dims().subList(0, lead.rank()).equals(lead.dims())) {
        throw failure("'" + key + "' is " + shape + ", but '" + first + "' has " + lead + " samples");
      }
      if (shape.size() == 0) {
        throw failure("'" + key + "' is " + shape + ": samples without elements");
      }
      return new Shape(shape.dims().subList(lead.rank(), shape.rank()));
    }

    boolean image(String key) {
      return stored(key).rank() == 3;
    }

    private int channels(String key) {
      return layout == ImageLayout.HWC && image(key) ? stored(key).dim(2) : 1;
    }

    /// A sample of the array as it is read.
    Shape shape(String key) {
      Shape s = stored(key);
      return layout == ImageLayout.HWC && image(key) ? Shape.of(s.dim(2), s.dim(0), s.dim(1)) : s;
    }

    /// Whether a sample is an image of one channel without a dimension for it.
    boolean plane(String key) {
      return stored(key).rank() == 2;
    }

    /// As an input.
    ArrayDataset.Values input(String key) {
      return numbers(key, layout == ImageLayout.HW && plane(key) ? shape(key).insert(0, 1) : shape(key), true);
    }

    /// As float32, samples of this `shape`. What lies in memory is checked at once, other arrays when they are read.
    ArrayDataset.Values numbers(String key, Shape shape, boolean missingAllowed) {
      StoredArray array = array(key);
      TensorType type = TensorType.float32(shape);
      if (!array.type().dtype().floating()) {
        return new ArrayDataset.Values(array, type, channels(key), (_, _) -> {});
      }
      ObjIntConsumer<HostTensor> check = (t, sample) -> checkFinite(t, sample, key, missingAllowed);
      if (array.inMemory()) {
        forEach(array, type, check);
        return new ArrayDataset.Values(array, type, channels(key), (_, _) -> {});
      }
      return new ArrayDataset.Values(array, type, channels(key), check);
    }

    private void checkFinite(HostTensor t, int sample, String key, boolean missingAllowed) {
      for (long i = 0, n = t.size(); i < n; i++) {
        double v = t.at(i);
        if (Double.isInfinite(v) || !missingAllowed && Double.isNaN(v)) {
          String what = v > 0 ? "infinity" : v < 0 ? "-infinity" : "NaN";
          throw new Failure(Failure.Kind.DATA, origin(sample) + ": '" + key + "' holds " + what);
        }
      }
    }

    private void forEach(StoredArray array, TensorType type, ObjIntConsumer<HostTensor> action) {
      HostTensor t = HostTensor.allocate(type);
      for (int sample = 0; sample < size; sample++) {
        array.read(sample * t.size(), 1, t);
        action.accept(t, sample);
      }
    }

    /// As class indices, int64. Where the model's classes are named by whole numbers, numbers are names.
    ArrayDataset.Values indices(String key, List<String> classes) {
      StoredArray array = array(key);
      TensorType type = TensorType.int64(classShape(shape(key)));
      boolean numbered = !classes.isEmpty() && classes.stream().allMatch(c -> CsvCell.whole(CsvCell.number(c)));
      if (!numbered && !array.type().dtype().floating()) {
        return new ArrayDataset.Values(array, type, channels(key), (_, _) -> {});
      }
      Map<Long, Integer> byName = new HashMap<>();
      for (int i = 0; numbered && i < classes.size(); i++) {
        byName.put((long) CsvCell.number(classes.get(i)), i);
      }
      HostTensor r = HostTensor.allocate(new TensorType(DType.INT64, stored(key).insert(0, size)));
      TensorType sampleType = new TensorType(array.type().dtype().floating() ? DType.FLOAT64 : DType.INT64, stored(key));
      forEach(
          array,
          sampleType,
          (t, sample) -> {
            for (long i = 0, n = t.size(); i < n; i++) {
              double v = t.at(i);
              if (!CsvCell.whole(v)) {
                throw new Failure(Failure.Kind.DATA, origin(sample) + ": '" + key + "' holds " + v + ", which is no class index" + CsvCell.probabilities(v));
              }
              if (numbered && !byName.containsKey((long) v)) {
                throw new Failure(
                    Failure.Kind.DATA, origin(sample) + ": '" + key + "' holds " + v + ", which is none of the classes " + Names.list(classes));
              }
              r.setLong(sample * n + i, numbered ? byName.get((long) v) : (long) v);
            }
          });
      return new ArrayDataset.Values(StoredArray.of(r), type, channels(key), (_, _) -> {});
    }

    /// One number a sample as texts.
    List<String> texts(String key) {
      StoredArray array = array(key);
      if (stored(key).size() != 1) {
        throw failure("'" + key + "' is " + array.type().shape() + ", and samples are divided by one number each");
      }
      List<String> r = new ArrayList<>();
      TensorType type = new TensorType(array.type().dtype().floating() ? DType.FLOAT64 : DType.INT64, stored(key));
      forEach(
          array,
          type,
          (t, _) -> r.add(t.dtype() == DType.INT64 || CsvCell.whole(t.at(0)) ? Long.toString(t.longAt(0)) : Double.toString(t.at(0))));
      return r;
    }
  }

  /// Indices may come as `[samples, 1]`.
  private static Shape classShape(Shape sample) {
    return sample.rank() == 1 && sample.dim(0) == 1 ? Shape.SCALAR : sample;
  }

  private static List<String> classes(Wanted wanted, int target) {
    return wanted.schema().map(s -> target < s.targets().size() ? s.targets().get(target).classes() : List.<String>of()).orElse(List.of());
  }

  /// The array's name; of a path the file's name without its ending.
  private static String fieldName(String key) {
    String last = key.substring(key.lastIndexOf('/') + 1);
    return last.endsWith(".npy") ? last.substring(0, last.length() - 4) : last;
  }

  private Failure failure(String message) {
    return new Failure(Failure.Kind.DATA, name + ": " + message);
  }
}
