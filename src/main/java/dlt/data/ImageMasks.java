package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.tensor.TensorType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

@Doc("Images with a mask each, in two folders, that are called alike: for segmentation. A mask is [height, width] of class indices, or [1, height, width] of 0 and 1 where the loss wants numbers.")
public record ImageMasks(
    @Doc("The folder of the images.") String images,
    @Doc("The folder of the masks. A mask is called as its image, whatever their endings.") String masks,
    @Doc("Height and width that every image and mask is resized to.") IntPair size,
    @Doc("1 reads grey values, 3 red, green and blue.") @Default("3") @Range(min = 1, max = 3) int channels,
    @Doc("What masks' names have after those of their images, such as `_mask`.") @Default("''") String suffix,
    @Doc("The names of the classes, in the order of their indices in the masks.") @Default("[]") List<String> classes,
    @Doc("Classes by the color [red, green, blue] that they have in the masks, in the order of their indices.") @Default("{}")
        Map<String, List<Integer>> colors,
    @Doc("A mask's values above it are 1, others 0; 0 where it is left out and the loss wants numbers.") @Range(min = 0, max = 254)
        Optional<Integer> threshold,
    @Doc("Turns JPEG images, but no masks, as their EXIF orientation says, as viewers and labelling tools show them. Like torchvision, dlt leaves them as they are stored unless this is true.")
        @Default("false") boolean applyExifOrientation)
    implements Source {
  public ImageMasks {
    ImageFile.requireForm(size, channels);
    if (!classes.isEmpty() && !colors.isEmpty()) {
      throw new Invalid("colors", "classes beside colors", "one of the two: colors names the classes too");
    }
    if (colors.size() > MaskImages.MOST_CLASSES) {
      throw new Invalid("colors", colors.size() + " colors", "at most " + MaskImages.MOST_CLASSES);
    }
    Map<List<Integer>, String> named = new HashMap<>();
    for (Map.Entry<String, List<Integer>> c : colors.entrySet()) {
      if (c.getValue().size() != 3 || c.getValue().stream().anyMatch(v -> v < 0 || v > 255)) {
        throw new Invalid("colors", c.getKey() + ": " + c.getValue(), "[red, green, blue] of 0 to 255 each");
      }
      String other = named.put(c.getValue(), c.getKey());
      if (other != null) {
        throw new Invalid("colors", other + " and " + c.getKey() + " of the color " + c.getValue(), "a color of its own for each class");
      }
    }
  }

  @Override
  public Dataset open(Path base, Wanted wanted) {
    ImageFolder folder = ImageFolder.of(base, images);
    List<SourceFile> files = folder.images(folder.path());
    if (files.isEmpty()) {
      throw folder.failure("holds no images");
    }
    Schema schema = schema(wanted);
    if (wanted.targets() == TargetKind.NONE) {
      return wanted.checked(new ImageDataset(schema, files, new int[0], applyExifOrientation), images);
    }
    return wanted.checked(new MaskDataset(schema, files, partners(folder, files, ImageFolder.of(base, masks)), rgb(), limit(wanted), applyExifOrientation), images);
  }

  @Override
  public Optional<Schema> declared(Wanted wanted) {
    return Optional.of(schema(wanted));
  }

  private Schema schema(Wanted wanted) {
    List<String> names = colors.isEmpty() ? classes : List.copyOf(colors.keySet());
    Field mask = wanted.kind("mask") == TargetKind.CLASSES
        ? new Field("mask", TensorType.int64(size.first(), size.second()), names, List.of())
        : new Field("mask", TensorType.float32(1, size.first(), size.second()), names, List.of());
    return new Schema(
        List.of(new Field("image", TensorType.float32(channels, size.first(), size.second()))),
        wanted.targets() == TargetKind.NONE ? List.of() : List.of(mask));
  }

  /// What values have to exceed to be 1, -1 where they stay what they are.
  private int limit(Wanted wanted) {
    return threshold.orElse(wanted.kind("mask") == TargetKind.CLASSES ? -1 : 0);
  }

  private Map<Integer, Integer> rgb() {
    Map<Integer, Integer> r = new LinkedHashMap<>();
    for (List<Integer> c : colors.values()) {
      r.put(c.get(0) << 16 | c.get(1) << 8 | c.get(2), r.size());
    }
    return r;
  }

  /// The mask of each image.
  private List<SourceFile> partners(ImageFolder folder, List<SourceFile> files, ImageFolder maskFolder) {
    SequencedMap<String, SourceFile> byStem = new LinkedHashMap<>();
    for (SourceFile mask : maskFolder.images(maskFolder.path())) {
      SourceFile other = byStem.put(maskFolder.stem(mask), mask);
      if (other != null) {
        throw mask.failure("is called as " + other.name() + "; which one is the mask?");
      }
    }
    List<SourceFile> r = new ArrayList<>();
    List<String> lacking = new ArrayList<>();
    Set<SourceFile> taken = new HashSet<>();
    for (SourceFile image : files) {
      SourceFile mask = byStem.get(folder.stem(image) + suffix);
      if (mask == null) {
        lacking.add(image.name());
      } else if (!taken.add(mask)) {
        throw image.failure("is called as another image; whose is the mask " + mask.name() + "?");
      } else {
        r.add(mask);
      }
    }
    if (!lacking.isEmpty()) {
      throw maskFolder.failure("lacks the masks of " + lacking.size() + " of " + files.size() + " images: " + Names.list(lacking) + "; a mask is called as its image"
          + (suffix.isEmpty() ? ", with `suffix:` after it where one is given" : " with '" + suffix + "' after it"));
    }
    List<String> left = byStem.values().stream().filter(m -> !taken.contains(m)).map(SourceFile::name).toList();
    if (!left.isEmpty()) {
      throw folder.failure("lacks the images of " + left.size() + " masks: " + Names.list(left));
    }
    return r;
  }

  /// Whether `folder` holds the two folders under the names that they have here.
  boolean paired(Path folder) {
    return Files.isDirectory(folder.resolve(last(images))) && Files.isDirectory(folder.resolve(last(masks)));
  }

  /// The same of the two folders in `folder`.
  ImageMasks below(String folder) {
    return new ImageMasks(folder + "/" + last(images), folder + "/" + last(masks), size, channels, suffix, classes, colors, threshold, applyExifOrientation);
  }

  private static String last(String path) {
    return Path.of(path).getFileName().toString();
  }

  @Override
  public List<String> paths() {
    return List.of(images, masks);
  }
}
