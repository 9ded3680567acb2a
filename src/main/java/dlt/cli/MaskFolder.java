package dlt.cli;

import dlt.data.ImageSurvey;
import dlt.data.MaskImages;
import dlt.data.Source;
import dlt.error.Failure;
import dlt.run.AtomicFile;
import dlt.tensor.HostTensor;
import dlt.train.PlacedClasses;
import dlt.train.SavedModel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/// A folder of predicted masks: a PNG for each sample, called as its image and of its size.
final class MaskFolder {
  private final Path folder;
  private final Path images;
  private final List<String> names;
  private final List<String> called;
  private final PlacedClasses placed;
  private final Source trained;
  private final MaskImages masks;
  private int done;

  /// For so many `samples`, of these `names` below `images`; without names masks are called 0.png, 1.png, ... Throws a [Failure] of kind USAGE
  /// where `model` gives no masks or what is no mask would be written over, of kind DATA where two images would have the same.
  MaskFolder(Path folder, SavedModel model, Path images, List<String> names, int samples) {
    this.folder = folder;
    this.images = images;
    this.names = List.copyOf(names);
    this.placed = PlacedClasses.of(model.assembly()).filter(p -> p.places().rank() == 2 && p.classes() <= MaskImages.MOST_CLASSES).orElseThrow(() ->
        new Failure(Failure.Kind.USAGE, "--masks: the model gives " + model.assembly().outputs() + " a sample, expected scores of a class for each pixel, [classes, height, width] "
            + "(at most " + MaskImages.MOST_CLASSES + "), or [1, height, width] under a binary loss; write the numbers: --output predictions.npz"));
    this.trained = model.file().experiment().data().train();
    this.masks = MaskImages.of(trained, placed.classes());
    Map<String, String> taken = new HashMap<>();
    for (String name : names) {
      String other = taken.put(mask(name), name);
      if (other != null) {
        throw new Failure(Failure.Kind.DATA, name + ": would have the same mask as " + other + ", " + mask(name) + "; give one of them another name");
      }
    }
    this.called = names.isEmpty() ? IntStream.range(0, samples).mapToObj(i -> i + ".png").toList() : names.stream().map(MaskFolder::mask).toList();
    called.forEach(name -> FileKind.MASK.requireKind("--masks", folder.resolve(name)));
  }

  private static String mask(String image) {
    return image.substring(0, image.lastIndexOf('.')) + ".png";
  }

  /// Writes the masks of the next batch.
  void add(SequencedMap<String, HostTensor> outputs) {
    HostTensor batch = outputs.get(placed.output());
    int rows = placed.places().dim(0);
    int columns = placed.places().dim(1);
    for (int sample = 0; sample < batch.shape().dim(0); sample++, done++) {
      int number = done;
      int[] classes = placed.of(batch, sample);
      ImageSurvey.Size size = names.isEmpty() ? new ImageSurvey.Size(rows, columns, false) : ImageSurvey.of(images.resolve(names.get(number)), trained);
      AtomicFile.write(folder.resolve(called.get(number)), out -> out.write(masks.png(classes, rows, columns, size.height(), size.width())));
    }
  }
}
