package dlt.draft;

import dlt.config.IntPair;
import dlt.data.Dataset;
import dlt.data.ImageSurvey;
import dlt.data.Images;
import dlt.data.TargetKind;
import dlt.data.Wanted;
import dlt.error.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToIntFunction;

/// Drafts an experiment for a folder that holds a folder of images for each class.
final class FolderDraft {
  private static final int LARGEST = 128;

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
    Dataset data = new Images(folder.toString(), new IntPair(size[0], size[1]), size[2], Optional.empty(), false)
        .open(Path.of(""), Wanted.of(TargetKind.CLASSES));
    List<String> classes = data.targets().getFirst().classes();
    if (classes.size() < 2) {
      throw new Failure(Failure.Kind.DATA, folder + ": all images lie in one folder, '" + classes.getFirst() + "'; every class needs a folder of its own, or the images a table "
          + "of their labels: train: {images: {path: ..., size: [" + size[0] + ", " + size[1] + "], labels: {csv: ..., target: ...}}}");
    }
    List<String> seen = new ArrayList<>();
    seen.add(String.format(Locale.ROOT, "%,d images, %d classes: %s%s", data.size(), classes.size(), String.join(", ", classes.subList(0, Math.min(10, classes.size()))),
        classes.size() > 10 ? ", ..." : ""));
    seen.add("read as " + size[0] + " x " + size[1] + " pixels, " + (size[2] == 1 ? "grey" : "colour") + ": the middle of the sizes that were met, at most " + LARGEST);
    Yaml y = new Yaml().comments(seen).line("name: " + Yaml.scalar(name)).line("seed: 42").line("data:")
        .line("  train: {images: {path: " + Yaml.scalar(written) + ", size: [" + size[0] + ", " + size[1] + "], channels: " + size[2] + "}}")
        .line("  split: {validation: 0.2, stratify: true}")
        .line("  preprocess: [{standardize: per_channel}]")
        .line("  # augment: [random_horizontal_flip]           # where left and right mean nothing");
    y.convolutions(size[0], size[1], classes.size()).line("loss: cross_entropy").training(data.size(), 1500, "2e-3", "accuracy, f1_macro");
    return new Draft(name, y.toString(), seen);
  }

  /// Height, width and channels: the medians of some images, multiples of eight where they are large.
  private int[] size() {
    List<ImageSurvey.Size> sizes = ImageSurvey.of(folder, Draft.IMAGES_LOOKED_AT).sizes();
    if (sizes.isEmpty()) {
      throw new Failure(Failure.Kind.DATA, folder + ": holds no images; every class needs a folder, with its images");
    }
    return new int[] {middle(sizes, ImageSurvey.Size::height), middle(sizes, ImageSurvey.Size::width), channels(sizes)};
  }

  /// 3 where some image has colours, else 1.
  static int channels(List<ImageSurvey.Size> sizes) {
    return sizes.stream().anyMatch(ImageSurvey.Size::colored) ? 3 : 1;
  }

  /// The median of a side, a multiple of eight where it is large.
  static int middle(List<ImageSurvey.Size> sizes, ToIntFunction<ImageSurvey.Size> side) {
    int[] sorted = sizes.stream().mapToInt(side).sorted().toArray();
    int middle = Math.min(LARGEST, sorted[sorted.length / 2]);
    return middle > 32 ? middle / 8 * 8 : middle;
  }
}
