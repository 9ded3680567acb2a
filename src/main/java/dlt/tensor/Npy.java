package dlt.tensor;

import java.nio.file.Path;

/// Files with one array in NumPy's npy format, versions 1 to 3.
public final class Npy {
  private Npy() {}

  /// The array in `file`. Throws Failure(DATA) where the file is damaged or holds what dlt has no type for.
  public static HostTensor read(Path file) {
    throw new UnsupportedOperationException("Npy.read");
  }

  /// Writes one array, version 1.0, C order, little-endian.
  public static void write(Path file, HostTensor tensor) {
    throw new UnsupportedOperationException("Npy.write");
  }
}
