package dlt.train;

import dlt.metric.Task;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.Optional;

/// Outputs that say a class at each of many places, such as pixels: of [C, ...] scores the class with the highest one, of [1, H, W]
/// probabilities 1 from a half on.
public record PlacedClasses(String output, int classes, Shape places) {
  private static final double HALF = 0.5;

  /// What `model` says of its places; empty where it says something else.
  public static Optional<PlacedClasses> of(SavedModel model) {
    String scored = model.assembly().scored();
    Shape shape = model.assembly().outputs().get(scored);
    boolean answers = model.task() == Task.BINARY && shape.rank() > 1 && shape.dim(0) == 1;
    if (!answers && (model.task() != Task.MULTICLASS || shape.rank() < 2)) {
      return Optional.empty();
    }
    return Optional.of(new PlacedClasses(scored, answers ? 2 : shape.dim(0), shape.without(0)));
  }

  /// The classes of one sample of a batch of activated outputs, row-major.
  public int[] of(HostTensor batch, int sample) {
    int[] r = new int[(int) places.size()];
    int channels = batch.shape().dim(1);
    long first = (long) sample * channels * r.length;
    for (int place = 0; place < r.length; place++) {
      if (channels < classes) {
        r[place] = batch.at(first + place) >= HALF ? 1 : 0;
        continue;
      }
      for (int c = 1; c < channels; c++) {
        r[place] = batch.at(first + (long) c * r.length + place) > batch.at(first + (long) r[place] * r.length + place) ? c : r[place];
      }
    }
    return r;
  }
}
