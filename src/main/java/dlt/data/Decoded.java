package dlt.data;

import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Function;

/// The pixels of image files, decoded when they are asked for. What is decoded is kept where all of it fits into
/// [#MOST_KEPT] bytes.
final class Decoded {
  private static final long MOST_KEPT = 1L << 30;

  private final List<SourceFile> files;
  private final Function<SourceFile, byte[]> decoder;
  private final long count;
  private final HostTensor kept;
  private final AtomicIntegerArray done;

  /// `decoder` gives as many bytes for every file as `image` has elements.
  Decoded(List<SourceFile> files, Shape image, Function<SourceFile, byte[]> decoder) {
    this.files = files;
    this.decoder = decoder;
    this.count = image.size();
    boolean keep = count <= MOST_KEPT / files.size();
    this.kept = keep ? HostTensor.allocate(new TensorType(DType.UINT8, image.insert(0, files.size()))) : null;
    this.done = keep ? new AtomicIntegerArray(files.size()) : null;
  }

  /// The bytes of file number `i`.
  MemorySegment pixels(int i) {
    if (kept != null && done.getAcquire(i) == 1) {
      return kept.data().asSlice(i * count, count);
    }
    byte[] pixels = decoder.apply(files.get(i));
    if (kept != null) {
      MemorySegment.copy(pixels, 0, kept.data(), ValueLayout.JAVA_BYTE, i * count, pixels.length);
      done.setRelease(i, 1);
    }
    return MemorySegment.ofArray(pixels);
  }
}
