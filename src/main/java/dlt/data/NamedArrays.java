package dlt.data;

import dlt.error.Failure;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// Arrays by name, out of one file or of several, as samples. Inputs become float32; bytes stay bytes until they are read.
record NamedArrays(String name, List<SourceFile> files, SequencedMap<String, HostTensor> arrays) {
  static NamedArrays of(SourceFile file, SequencedMap<String, HostTensor> arrays) {
    return new NamedArrays(file.name(), List.of(file), arrays);
  }

  /// Of npy files: each array is called as its path.
  static NamedArrays of(Path base, List<String> paths) {
    SequencedMap<String, HostTensor> arrays = new LinkedHashMap<>();
    List<SourceFile> files = new ArrayList<>();
    for (String path : paths) {
      SourceFile file = SourceFile.of(base, path);
      files.add(file);
      arrays.put(path, dlt.tensor.Npy.read(file.path()));
    }
    return new NamedArrays(paths.getFirst(), files, arrays);
  }

  /// The arrays `inputs` and `targets` as samples that the first `batchDims` dimensions count.
  Dataset dataset(List<String> inputs, List<String> targets, int batchDims, Wanted wanted) {
    List<String> wantedTargets = wanted.targets() == TargetKind.NONE ? List.of() : targets;
    if (inputs.isEmpty()) {
      throw failure("names no input");
    }
    Shape lead = lead(inputs.getFirst(), batchDims);
    int size = Math.toIntExact(lead.size());
    if (size == 0) {
      throw failure("'" + inputs.getFirst() + "' is " + array(inputs.getFirst()).shape() + ": no samples");
    }
    IntFunction<String> origin = place(lead);
    List<Field> x = new ArrayList<>();
    List<HostTensor> xs = new ArrayList<>();
    for (String input : inputs) {
      HostTensor t = counted(input, batchDims, lead, inputs.getFirst());
      x.add(new Field(fieldName(input), TensorType.float32(sample(t))));
      xs.add(finite(stored(t), input, true, origin));
    }
    List<Field> y = new ArrayList<>();
    List<HostTensor> ys = new ArrayList<>();
    for (String target : wantedTargets) {
      HostTensor t = counted(target, batchDims, lead, inputs.getFirst());
      String called = fieldName(target);
      if (wanted.kind(called) == TargetKind.CLASSES) {
        List<String> classes = classes(wanted, y.size());
        y.add(new Field(called, TensorType.int64(classShape(sample(t))), classes, List.of()));
        ys.add(indices(t, target, classes, origin));
      } else {
        y.add(new Field(called, TensorType.float32(sample(t))));
        ys.add(finite(stored(t), target, false, origin));
      }
    }
    Map<String, List<String>> keys = new HashMap<>();
    for (String key : wanted.keys()) {
      keys.put(key, texts(counted(key, batchDims, lead, inputs.getFirst()), key));
    }
    return wanted.checked(new ArrayDataset(size, new Schema(x, y), xs, ys, origin, () -> SourceFile.hash(files), keys), name);
  }

  /// One number a sample as texts.
  private List<String> texts(HostTensor t, String key) {
    if (sample(t).size() != 1) {
      throw failure("'" + key + "' is " + t.shape() + ", and samples are divided by one number each");
    }
    return IntStream.range(0, t.shape().dim(0))
        .mapToObj(i -> !t.dtype().floating() || CsvCell.whole(t.at(i)) ? Long.toString(t.longAt(i)) : Double.toString(t.at(i)))
        .toList();
  }

  private Shape lead(String input, int batchDims) {
    Shape shape = array(input).shape();
    if (shape.rank() < batchDims) {
      throw failure("'" + input + "' is " + shape + ": too few dimensions for batch_dims " + batchDims);
    }
    return new Shape(shape.dims().subList(0, batchDims));
  }

  private HostTensor array(String key) {
    HostTensor t = arrays.get(key);
    if (t == null) {
      throw failure("has no array '" + key + "'" + Names.hint(key, arrays.keySet()));
    }
    return t;
  }

  /// The array as `[samples, ...]`.
  private HostTensor counted(String key, int batchDims, Shape lead, String first) {
    HostTensor t = array(key);
    if (t.shape().rank() < batchDims || !t.shape().dims().subList(0, batchDims).equals(lead.dims())) {
      throw failure("'" + key + "' is " + t.shape() + ", but '" + first + "' has " + lead + " samples");
    }
    List<Integer> dims = new ArrayList<>(List.of(Math.toIntExact(lead.size())));
    dims.addAll(t.shape().dims().subList(batchDims, t.shape().rank()));
    HostTensor samples = t.reshape(new Shape(dims));
    if (samples.size() == 0) {
      throw failure("'" + key + "' is " + t.shape() + ": samples without elements");
    }
    return samples;
  }

  private static Shape sample(HostTensor t) {
    return t.shape().without(0);
  }

  /// Indices may come as `[samples, 1]`.
  private static Shape classShape(Shape sample) {
    return sample.rank() == 1 && sample.dim(0) == 1 ? Shape.SCALAR : sample;
  }

  /// As it is kept: bytes or float32.
  private static HostTensor stored(HostTensor t) {
    return switch (t.dtype()) {
      case UINT8, FLOAT32 -> t;
      case BOOL -> new HostTensor(new TensorType(DType.UINT8, t.shape()), t.data());
      case FLOAT64, INT64, INT32, INT16, INT8, FLOAT16, BFLOAT16 -> t.as(DType.FLOAT32);
    };
  }

  private HostTensor finite(HostTensor t, String key, boolean missingAllowed, IntFunction<String> origin) {
    if (t.dtype() == DType.FLOAT32) {
      long count = sample(t).size();
      for (long i = 0, n = t.size(); i < n; i++) {
        double v = t.at(i);
        if (Double.isInfinite(v) || !missingAllowed && Double.isNaN(v)) {
          String what = v > 0 ? "infinity" : v < 0 ? "-infinity" : "NaN";
          throw new Failure(Failure.Kind.DATA, origin.apply((int) (i / count)) + ": '" + key + "' holds " + what);
        }
      }
    }
    return t;
  }

  private static List<String> classes(Wanted wanted, int target) {
    return wanted.schema().map(s -> target < s.targets().size() ? s.targets().get(target).classes() : List.<String>of()).orElse(List.of());
  }

  /// Class indices as int64. Where the model's classes are named by whole numbers, numbers are names.
  private HostTensor indices(HostTensor t, String key, List<String> classes, IntFunction<String> origin) {
    Map<Long, Integer> byName = new HashMap<>();
    boolean numbered = !classes.isEmpty() && classes.stream().allMatch(c -> CsvCell.whole(CsvCell.number(c)));
    if (numbered) {
      IntStream.range(0, classes.size()).forEach(i -> byName.put((long) CsvCell.number(classes.get(i)), i));
    }
    HostTensor r = HostTensor.allocate(new TensorType(DType.INT64, classShape(sample(t)).insert(0, t.shape().dim(0))));
    long count = Math.max(1, sample(t).size());
    for (long i = 0, n = t.size(); i < n; i++) {
      double v = t.at(i);
      String place = "'" + key + "' holds " + v;
      if (!CsvCell.whole(v)) {
        throw new Failure(Failure.Kind.DATA, origin.apply((int) (i / count)) + ": " + place + ", which is no class index");
      }
      if (numbered && !byName.containsKey((long) v)) {
        throw new Failure(
            Failure.Kind.DATA, origin.apply((int) (i / count)) + ": " + place + ", which is none of the classes " + Names.list(classes));
      }
      r.setLong(i, numbered ? byName.get((long) v) : (long) v);
    }
    return r;
  }

  /// `data.npz[17]`, or `data.npz[2, 5]` where two dimensions count the samples.
  private IntFunction<String> place(Shape lead) {
    long[] strides = lead.strides();
    return i -> {
      List<String> at = new ArrayList<>();
      for (int d = 0; d < strides.length; d++) {
        at.add(Long.toString(i / strides[d] % lead.dim(d)));
      }
      return name + at;
    };
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
