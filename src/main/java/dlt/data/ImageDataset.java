package dlt.data;

import dlt.tensor.HostTensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Images in files, with a class each.
final class ImageDataset extends FileImages {
  /// What [#key] knows.
  static final Set<String> KEYS = Set.of("path", "folder");

  private final List<SourceFile> files;
  private final int[] classes;
  private final Decoded images;

  /// Images of these `classes`, `upright` where they are turned as they say.
  ImageDataset(Schema schema, List<SourceFile> files, int[] classes, boolean upright) {
    super(schema, files.size(), files, files, upright);
    this.files = files;
    this.classes = classes;
    var image = schema.inputs().getFirst().type().shape();
    this.images = new Decoded(files, image, f -> ImageFile.read(f, image.dim(0), image.dim(1), image.dim(2), upright));
  }

  @Override
  public void read(int sample, boolean target, int field, MemorySegment destination) {
    if (target) {
      HostTensor y = new HostTensor(schema().targets().get(field).type(), destination.asSlice(0, schema().targets().get(field).type().bytes()));
      y.set(0, classes[sample]);
      return;
    }
    MemorySegment pixels = images.pixels(sample);
    StoredArray.widen(pixels, 0, 1, destination, 0, pixels.byteSize());
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
}
