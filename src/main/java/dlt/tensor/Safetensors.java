package dlt.tensor;

import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedMap;

/// Files of named tensors in the safetensors format.
public final class Safetensors {
  private Safetensors() {}

  /// The tensors of `file` by name, in the order of its header. Throws Failure(DATA) where the file is damaged.
  public static SequencedMap<String, HostTensor> read(Path file) {
    throw new UnsupportedOperationException("Safetensors.read");
  }

  /// The free text (`__metadata__`) of `file`.
  public static SequencedMap<String, String> metadata(Path file) {
    throw new UnsupportedOperationException("Safetensors.metadata");
  }

  /// Writes tensors in the order of the map. The same tensors give the same bytes. Not atomic: that is the caller's.
  public static void write(Path file, SequencedMap<String, HostTensor> tensors, Map<String, String> metadata) {
    throw new UnsupportedOperationException("Safetensors.write");
  }

  /// Writes tensors in the order of the map to a stream that stays open.
  public static void write(java.io.OutputStream out, SequencedMap<String, HostTensor> tensors, Map<String, String> metadata)
      throws java.io.IOException {
    throw new UnsupportedOperationException("Safetensors.write");
  }
}
