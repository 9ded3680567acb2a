package dlt.tensor;

import java.nio.file.Path;
import java.util.SequencedMap;

/// Files with several named arrays in NumPy's npz format: a zip of npy files.
public final class Npz {
  private Npz() {}

  /// The arrays of `file` by name (without `.npy`). Throws Failure(DATA) where the file is damaged.
  public static SequencedMap<String, HostTensor> read(Path file) {
    throw new UnsupportedOperationException("Npz.read");
  }

  /// Writes arrays, stored without compression.
  public static void write(Path file, SequencedMap<String, HostTensor> tensors) {
    throw new UnsupportedOperationException("Npz.write");
  }
}
