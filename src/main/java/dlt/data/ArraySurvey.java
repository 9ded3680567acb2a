package dlt.data;

import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.Set;

/// The named arrays of a file before anything is decided about them.
public final class ArraySurvey {
  private static final int MOST_CLASSES = 1000;

  private final SequencedMap<String, StoredArray> arrays;

  private ArraySurvey(SequencedMap<String, StoredArray> arrays) {
    this.arrays = arrays;
  }

  /// Reads the npz or HDF5 `file`. Throws Failure(DATA) where it is damaged.
  public static ArraySurvey of(Path file) {
    SourceFile source = SourceFile.of(file.toAbsolutePath().getParent(), file.getFileName().toString());
    if (!file.getFileName().toString().endsWith(".npz")) {
      return new ArraySurvey(Hdf5File.arrays(source, Hdf5File.names(source)));
    }
    SequencedMap<String, StoredArray> arrays = new LinkedHashMap<>();
    dlt.tensor.Npz.read(source.path()).forEach((name, tensor) -> arrays.put(name, StoredArray.of(tensor)));
    return new ArraySurvey(arrays);
  }

  /// The arrays' names and types, in the order of the file.
  public SequencedMap<String, TensorType> types() {
    SequencedMap<String, TensorType> r = new LinkedHashMap<>();
    arrays.forEach((name, array) -> r.put(name, array.type()));
    return r;
  }

  /// How many classes the whole numbers of an array count, from 0; 0 where it holds others, or so many that they are no classes.
  public int classes(String name) {
    StoredArray array = arrays.get(name);
    HostTensor all = HostTensor.allocate(TensorType.float32(array.type().shape()));
    array.read(0, 1, all);
    Set<Double> seen = new HashSet<>();
    double greatest = 0;
    for (long i = 0; i < all.size(); i++) {
      double v = all.at(i);
      if (!CsvCell.whole(v) || v < 0 || v >= MOST_CLASSES) {
        return 0;
      }
      seen.add(v);
      greatest = Math.max(greatest, v);
    }
    return seen.size() * 2L <= all.size() ? (int) greatest + 1 : 0;
  }
}
