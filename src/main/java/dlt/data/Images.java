package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.config.Range;
import dlt.error.Failure;
import dlt.error.Folder;
import dlt.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

@Doc("Images (PNG, JPEG, GIF, BMP, TIFF) in one folder a class, or with `labels` in a csv file. A sample is [channels, height, width] of 0 to 255.")
public record Images(
    @Doc("The folder of the images, or of the classes' folders.") String path,
    @Doc("Height and width that every image is resized to.") IntPair size,
    @Doc("1 reads grey values, 3 red, green and blue.") @Default("3") @Range(min = 1, max = 3) int channels,
    @Doc("A csv file that says what is to be predicted for each image; else every class has a folder.") Optional<Labels> labels,
    @Doc("Turns JPEG images as their EXIF orientation says, as viewers and labelling tools show them. Like torchvision, dlt leaves them as they are stored unless this is true.")
        @Default("false") boolean applyExifOrientation)
    implements Source {
  /// What folders of parts are called.
  private static final Set<String> PARTS = Set.of("train", "training", "val", "valid", "validation", "test", "testing");

  public Images {
    ImageFile.requireForm(size, channels);
  }

  /// Without labels.
  Images(String path, IntPair size, int channels) {
    this(path, size, channels, Optional.empty(), false);
  }

  @Override
  public Dataset open(Path base, Wanted wanted) {
    Path folder = SourceFile.resolve(base, path);
    if (wanted.targets() == TargetKind.NONE && Files.isRegularFile(folder)) {
      return unlabelled(wanted, List.of(new SourceFile(path, folder)));
    }
    if (!Files.isDirectory(folder)) {
      throw failure(SourceFile.missing(folder, "folder"));
    }
    if (labels.isPresent()) {
      return labels.get().open(this, new ImageFolder(path, folder), base, wanted);
    }
    List<SourceFile> files = new ArrayList<>();
    if (wanted.targets() == TargetKind.NONE) {
      files.addAll(imagesBelow(folder, folder));
      if (files.isEmpty()) {
        throw failure("holds no images");
      }
      return unlabelled(wanted, files);
    }
    List<String> found = classFolders(folder);
    if (PARTS.containsAll(found) && found.size() > 1) {
      throw failure("its folders " + String.join(", ", found) + " are parts of the data, expected classes; give each part a source of its own, such as `train: {images: {path: "
          + Path.of(path, found.stream().filter(n -> n.startsWith("train")).findFirst().orElse(found.getFirst())) + "}}` and `validation:`");
    }
    List<String> classes = wanted.schema().map(s -> s.targets().getFirst().classes()).filter(c -> !c.isEmpty()).orElse(found);
    List<Integer> indices = new ArrayList<>();
    for (String name : found) {
      int index = classes.indexOf(name);
      if (index < 0) {
        throw failure("folder '" + name + "' is none of the classes of the training data" + Names.hint(name, classes));
      }
      List<SourceFile> images = imagesBelow(folder, folder.resolve(name));
      if (images.isEmpty()) {
        throw failure("folder '" + name + "' holds no images");
      }
      files.addAll(images);
      indices.addAll(Collections.nCopies(images.size(), index));
    }
    Schema schema = new Schema(List.of(image()), List.of(label(wanted.kind("label"), classes)));
    return wanted.checked(new ImageDataset(schema, files, indices.stream().mapToInt(Integer::intValue).toArray(), applyExifOrientation), path);
  }

  private Dataset unlabelled(Wanted wanted, List<SourceFile> files) {
    return wanted.checked(new ImageDataset(new Schema(List.of(image()), List.of()), files, new int[0], applyExifOrientation), path);
  }

  @Override
  public Optional<Schema> declared(Wanted wanted) {
    if (labels.isPresent()) {
      return Optional.empty();
    }
    List<Field> target = wanted.targets() == TargetKind.NONE ? List.of() : List.of(label(wanted.kind("label"), List.of()));
    return Optional.of(new Schema(List.of(image()), target));
  }

  Field image() {
    return new Field("image", TensorType.float32(channels, size.first(), size.second()));
  }

  private Field label(TargetKind kind, List<String> classes) {
    if (kind == TargetKind.CLASSES) {
      return new Field("label", TensorType.int64(), classes, List.of());
    }
    if (classes.size() > 2) {
      throw failure("has " + classes.size() + " classes (" + Names.list(classes) + "), but the loss wants numbers");
    }
    return new Field("label", TensorType.float32(1), classes, List.of());
  }

  private List<String> classFolders(Path folder) {
    try {
      List<String> names =
          Folder.entries(folder).stream()
              .filter(p -> Files.isDirectory(p) && !p.getFileName().toString().startsWith("."))
              .map(p -> p.getFileName().toString())
              .sorted(CsvCell::compare)
              .toList();
      if (names.isEmpty()) {
        throw failure("has no folders; every class needs one, with its images (`labels` names a table of classes instead; images with masks lie in two folders of one)");
      }
      return names;
    } catch (IOException e) {
      throw new SourceFile(path, folder).failure(e);
    }
  }

  /// In the order of their names below `folder`.
  private List<SourceFile> imagesBelow(Path folder, Path below) {
    return new ImageFolder(path, folder).images(below);
  }

  private Failure failure(String message) {
    return new Failure(Failure.Kind.DATA, path + ": " + message);
  }

  @Override
  public List<String> paths() {
    return Stream.concat(Stream.of(path), labels.stream().map(Labels::csv)).toList();
  }
}
