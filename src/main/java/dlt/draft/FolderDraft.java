package dlt.draft;

import dlt.config.IntPair;
import dlt.data.Dataset;
import dlt.data.Images;
import dlt.data.TargetKind;
import dlt.data.Wanted;
import dlt.error.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/// Drafts an experiment for a folder that holds a folder of images for each class.
final class FolderDraft {
  private static final int LOOKED_AT = 50, LARGEST = 128;

  private final Path folder;
  private final String name;
  private final String written;

  FolderDraft(Path folder, String name, String written) {
    this.folder = folder;
    this.name = name;
    this.written = written;
  }

  Draft draft() {
    int[] size = size();
    Dataset data = new Images(folder.getFileName().toString(), new IntPair(size[0], size[1]), size[2], Optional.empty())
        .open(folder.toAbsolutePath().getParent(), Wanted.of(TargetKind.CLASSES));
    List<String> classes = data.targets().getFirst().classes();
    List<String> seen = new ArrayList<>();
    seen.add(String.format(Locale.ROOT, "%,d images, %d classes: %s%s", data.size(), classes.size(), String.join(", ", classes.subList(0, Math.min(10, classes.size()))),
        classes.size() > 10 ? ", ..." : ""));
    seen.add("read as " + size[0] + " x " + size[1] + " pixels, " + (size[2] == 1 ? "grey" : "colour") + ": the middle of the sizes that were met, at most " + LARGEST);
    Yaml y = new Yaml().comments(seen).line("name: " + name).line("seed: 42").line("data:")
        .line("  train: {images: {path: " + Yaml.scalar(written) + ", size: [" + size[0] + ", " + size[1] + "], channels: " + size[2] + "}}")
        .line("  split: {validation: 0.2, stratify: true}")
        .line("  preprocess: [{standardize: per_channel}]")
        .line("  # augment: [random_horizontal_flip]           # where left and right mean nothing");
    y.convolutions(size[0], size[1], classes.size()).line("loss: cross_entropy").training(data.size(), 1500, "2e-3", "accuracy, f1_macro");
    return new Draft(y.toString(), seen);
  }

  /// Height, width and channels: the medians of the first images of each folder, multiples of eight where they are large.
  private int[] size() {
    List<int[]> sizes = new ArrayList<>();
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> images = all.filter(Files::isRegularFile).sorted().toList();
      int step = Math.max(1, images.size() / LOOKED_AT);
      for (int i = 0; i < images.size(); i += step) {
        read(images.get(i)).ifPresent(sizes::add);
      }
    } catch (IOException e) {
      throw new Failure(Failure.Kind.DATA, folder + ": could not be read: " + e.getMessage(), e);
    }
    if (sizes.isEmpty()) {
      throw new Failure(Failure.Kind.DATA, folder + ": holds no images; every class needs a folder, with its images");
    }
    int channels = sizes.stream().anyMatch(s -> s[2] > 1) ? 3 : 1;
    return new int[] {middle(sizes, 0), middle(sizes, 1), channels};
  }

  private static int middle(List<int[]> sizes, int dimension) {
    int[] sorted = sizes.stream().mapToInt(s -> s[dimension]).sorted().toArray();
    int middle = Math.min(LARGEST, sorted[sorted.length / 2]);
    return middle > 32 ? middle / 8 * 8 : middle;
  }

  /// The size of an image by its head alone; empty for other files.
  private static Optional<int[]> read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file); ImageInputStream stream = ImageIO.createImageInputStream(in)) {
      var readers = ImageIO.getImageReaders(stream);
      if (!readers.hasNext()) {
        return Optional.empty();
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(stream);
        var raw = reader.getRawImageType(0);
        int bands = raw == null ? 3 : raw.getNumBands() >= 3 || raw.getColorModel() instanceof java.awt.image.IndexColorModel ? 3 : 1;
        return Optional.of(new int[] {reader.getHeight(0), reader.getWidth(0), bands});
      } finally {
        reader.dispose();
      }
    }
  }
}
