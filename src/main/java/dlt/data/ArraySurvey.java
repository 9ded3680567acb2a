package dlt.data;

import dlt.error.Folder;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;

/// The named arrays of a file before anything is decided about them.
public final class ArraySurvey {
  private static final int MOST_CLASSES = 1000;

  private final SequencedMap<String, StoredArray> arrays;

  private ArraySurvey(SequencedMap<String, StoredArray> arrays) {
    this.arrays = arrays;
  }

  /// Whether a file of this name holds arrays.
  public static boolean reads(Path file) {
    return npz(file) || npy(file) || Hdf5.named(lower(file));
  }

  /// Whether a file of this name is npz.
  public static boolean npz(Path file) {
    return lower(file).endsWith(".npz");
  }

  /// Whether a file of this name is npy.
  public static boolean npy(Path file) {
    return lower(file).endsWith(".npy");
  }

  private static String lower(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT);
  }

  /// Reads the npz, npy or HDF5 `file`; an npy file is called by its name, and the other npy files beside it with as many samples come
  /// after it. Throws Failure(DATA) where it is damaged.
  public static ArraySurvey of(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    SourceFile source = SourceFile.of(folder, file.getFileName().toString());
    if (!npz(file) && !npy(file)) {
      return new ArraySurvey(Hdf5File.arrays(source, Hdf5File.names(source)));
    }
    SequencedMap<String, StoredArray> arrays = new LinkedHashMap<>();
    if (npz(file)) {
      dlt.tensor.Npz.read(source.path()).forEach((name, tensor) -> arrays.put(name, StoredArray.of(tensor)));
      return new ArraySurvey(arrays);
    }
    HostTensor first = dlt.tensor.Npy.map(source.path());
    arrays.put(source.name(), StoredArray.of(first));
    try {
      for (Path other : Folder.entries(folder).stream().filter(p -> npy(p) && Files.isRegularFile(p)).toList()) {
        HostTensor tensor = dlt.tensor.Npy.map(other);
        if (first.shape().rank() > 0 && tensor.shape().rank() > 0 && tensor.shape().dim(0) == first.shape().dim(0)) {
          arrays.putIfAbsent(other.getFileName().toString(), StoredArray.of(tensor));
        }
      }
    } catch (IOException e) {
      throw source.failure(e);
    }
    return new ArraySurvey(arrays);
  }

  /// The arrays' names and types, in the order of the file.
  public SequencedMap<String, TensorType> types() {
    SequencedMap<String, TensorType> r = new LinkedHashMap<>();
    arrays.forEach((name, array) -> r.put(name, array.type()));
    return r;
  }

  /// How many classes the whole numbers of an array of samples count, from 0; 0 where it holds others, or so many that they are no classes.
  public int classes(String name) {
    StoredArray array = arrays.get(name);
    TensorType type = array.type();
    HostTensor one = HostTensor.allocate(TensorType.float32(type.shape().without(0)));
    Set<Double> seen = new HashSet<>();
    double greatest = 0;
    for (long sample = 0; sample < type.shape().dim(0); sample++) {
      array.read(sample * one.size(), 1, one);
      for (long i = 0; i < one.size(); i++) {
        double v = one.at(i);
        if (!CsvCell.whole(v) || v < 0 || v >= MOST_CLASSES) {
          return 0;
        }
        seen.add(v);
        greatest = Math.max(greatest, v);
      }
    }
    return seen.size() * 2L <= type.shape().size() ? (int) greatest + 1 : 0;
  }
}
