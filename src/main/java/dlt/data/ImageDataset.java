package dlt.data;

import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// Images in files, decoded when they are asked for. What is decoded is kept where all of it fits into [#MOST_KEPT] bytes.
final class ImageDataset implements Dataset {
  private static final long MOST_KEPT = 1L << 30;

  private final Schema schema;
  private final List<SourceFile> files;
  private final int[] classes;
  private final int channels;
  private final int height;
  private final int width;
  private final HostTensor kept;
  private final AtomicIntegerArray decoded;
  private final Once<String> hash;

  ImageDataset(Schema schema, List<SourceFile> files, int[] classes) {
    this.schema = schema;
    this.files = files;
    this.classes = classes;
    var image = schema.inputs().getFirst().type().shape();
    this.channels = image.dim(0);
    this.height = image.dim(1);
    this.width = image.dim(2);
    boolean keep = image.size() <= MOST_KEPT / files.size();
    this.kept = keep ? HostTensor.allocate(new TensorType(DType.UINT8, image.insert(0, files.size()))) : null;
    this.decoded = keep ? new AtomicIntegerArray(files.size()) : null;
    this.hash = new Once<>(() -> SourceFile.hash(files));
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public void read(int sample, boolean target, int field, MemorySegment destination) {
    if (target) {
      HostTensor y = new HostTensor(schema.targets().get(field).type(), destination.asSlice(0, schema.targets().get(field).type().bytes()));
      y.set(0, classes[sample]);
      return;
    }
    long count = (long) channels * height * width;
    if (kept != null && decoded.getAcquire(sample) == 1) {
      StoredArray.widen(kept.data(), sample * count, 1, destination, 0, count);
      return;
    }
    byte[] pixels = ImageFile.read(files.get(sample), channels, height, width);
    StoredArray.widen(MemorySegment.ofArray(pixels), 0, 1, destination, 0, count);
    if (kept != null) {
      MemorySegment.copy(pixels, 0, kept.data(), ValueLayout.JAVA_BYTE, sample * count, pixels.length);
      decoded.setRelease(sample, 1);
    }
  }

  @Override
  public String origin(int sample) {
    return files.get(sample).name();
  }

  /// `path` is the file's, `folder` the name of the folder that it lies in.
  @Override
  public Optional<List<String>> key(String name) {
    return switch (name) {
      case "path" -> Optional.of(files.stream().map(SourceFile::name).toList());
      case "folder" -> Optional.of(files.stream().map(f -> f.path().getParent().getFileName().toString()).toList());
      default -> Optional.empty();
    };
  }

  @Override
  public boolean mayMiss() {
    return false;
  }

  @Override
  public boolean inMemory() {
    return false;
  }

  @Override
  public String hash() {
    return hash.get();
  }
}
