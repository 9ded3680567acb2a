package dlt.data;

import java.util.List;
import java.util.stream.IntStream;

/// Images in files of their own, sample by sample, which are decoded when they are asked for.
abstract sealed class FileImages implements Dataset permits ImageDataset, LabelledImages, MaskDataset {
  private static final int LOOKED_AT = 500;

  private final Schema schema;
  private final int size;
  private final Once<String> hash;
  private final List<SourceFile> images;
  private final boolean upright;

  /// So many samples, which `files` hold; those of their `images` that lie on their side are turned where they are to be `upright`.
  FileImages(Schema schema, int size, List<SourceFile> files, List<SourceFile> images, boolean upright) {
    this.schema = schema;
    this.size = size;
    this.images = images;
    this.upright = upright;
    this.hash = new Once<>(() -> SourceFile.hash(files));
  }

  final boolean upright() {
    return upright;
  }

  /// Those of some images, at equal distances, that are not upright as they are read.
  final List<SourceFile> lying() {
    int step = Math.max(1, images.size() / LOOKED_AT);
    return upright ? List.of() : IntStream.range(0, images.size()).filter(i -> i % step == 0).mapToObj(images::get).filter(f -> ExifOrientation.of(f) != 1).toList();
  }

  @Override
  public final int size() {
    return size;
  }

  @Override
  public final Schema schema() {
    return schema;
  }

  @Override
  public final boolean mayMiss() {
    return false;
  }

  @Override
  public final boolean inMemory() {
    return false;
  }

  @Override
  public final String hash() {
    return hash.get();
  }
}
