package dlt.draft;

import dlt.data.ImageSurvey;
import dlt.data.MaskSurvey;
import dlt.error.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/// Drafts a U-Net for a folder that holds a folder of images and one of their masks.
final class MasksDraft {
  private static final int MOST_CLASSES = 64, IGNORED = 255, MIDDLE = 127;

  private final Path folder;
  private final String name;
  private final String written;
  private final MaskSurvey survey;
  private final List<String> seen = new ArrayList<>();

  MasksDraft(Path folder, String name, String written, MaskSurvey survey) {
    this.folder = folder;
    this.name = name;
    this.written = written;
    this.survey = survey;
  }

  Draft draft() {
    List<ImageSurvey.Size> sizes = survey.sizes().sizes();
    int height = side(FolderDraft.middle(sizes, ImageSurvey.Size::height));
    int width = side(FolderDraft.middle(sizes, ImageSurvey.Size::width));
    int channels = FolderDraft.channels(sizes);
    seen.add(String.format(Locale.ROOT, "%,d images in %s, their masks in %s%s", survey.count(), survey.images(), survey.masks(),
        survey.suffix().isEmpty() ? "" : ", called as the images with " + survey.suffix() + " after it"));
    List<String> arguments = new ArrayList<>(List.of("images: " + Yaml.scalar(below(survey.images())), "masks: " + Yaml.scalar(below(survey.masks())),
        "size: [" + height + ", " + width + "]", "channels: " + channels));
    if (!survey.suffix().isEmpty()) {
      arguments.add("suffix: " + Yaml.scalar(survey.suffix()));
    }
    SortedSet<Integer> classes = new TreeSet<>(survey.values());
    boolean ignored = !survey.colored() && classes.contains(IGNORED) && classes.size() > 2 && classes.headSet(IGNORED).last() < MOST_CLASSES;
    if (ignored) {
      classes.remove(IGNORED);
    }
    int outputs;
    if (survey.colored()) {
      outputs = survey.colors().size();
      if (outputs > MOST_CLASSES) {
        throw new Failure(Failure.Kind.DATA, folder.resolve(survey.masks()) + ": the masks have " + outputs + " colours, more than " + MOST_CLASSES
            + " classes; masks are kept without loss, as PNG, not JPEG");
      }
      arguments.add("colors: {" + colors() + "}");
      seen.add(outputs + " colours in the masks, a class each; give them their names under `colors`");
    } else if (classes.size() <= 2 && !ignored) {
      outputs = 1;
      seen.add("masks of " + classes + ": what is above 0 is to be found");
    } else if (classes.last() < MOST_CLASSES) {
      outputs = classes.last() + 1;
      seen.add("masks of classes 0 to " + classes.last() + (ignored ? "; " + IGNORED + " does not count" : ""));
    } else {
      outputs = 1;
      arguments.add("threshold: " + MIDDLE);
      seen.add(classes.size() + " grey values in the masks: what is above " + MIDDLE + " is to be found");
    }
    seen.add("read as " + height + " x " + width + " pixels, " + (channels == 1 ? "grey" : "colour"));
    Yaml y = new Yaml().comments(seen).line("name: " + Yaml.scalar(name)).line("seed: 42").line("data:")
        .line("  train: {image_masks: {" + String.join(", ", arguments) + "}}")
        .line("  split: {validation: 0.2}")
        .line("  preprocess: [{standardize: per_channel}]")
        .line("  # augment: [random_horizontal_flip]           # masks are mirrored with their images")
        .unet(outputs)
        .line("loss: " + (outputs == 1 ? "bce_with_logits" : ignored ? "{cross_entropy: {ignore_index: " + IGNORED + "}}" : "cross_entropy"))
        .training(survey.count(), 1000, "2e-3", outputs == 1 ? "iou, dice" : "accuracy, iou_macro");
    return new Draft(name, y.toString(), List.copyOf(seen));
  }

  private String below(String name) {
    return written.equals(".") ? name : written + "/" + name;
  }

  /// A side that can be halved twice.
  private static int side(int pixels) {
    return Math.max(8, pixels / 4 * 4);
  }

  private String colors() {
    List<String> r = new ArrayList<>();
    for (int c : survey.colors()) {
      r.add("class" + r.size() + ": [" + (c >> 16) + ", " + (c >> 8 & 0xff) + ", " + (c & 0xff) + "]");
    }
    return String.join(", ", r);
  }
}
