package dlt.data;

import java.util.List;

/// Images in files of their own, sample by sample, which are decoded when they are asked for.
abstract sealed class FileImages implements Dataset permits ImageDataset, LabelledImages, MaskDataset {
  private final Schema schema;
  private final int size;
  private final Once<String> hash;

  /// So many samples, which `files` hold.
  FileImages(Schema schema, int size, List<SourceFile> files) {
    this.schema = schema;
    this.size = size;
    this.hash = new Once<>(() -> SourceFile.hash(files));
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
