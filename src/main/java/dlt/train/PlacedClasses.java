package dlt.train;

import dlt.experiment.Assembly;
import dlt.experiment.Prepared;
import dlt.metric.Task;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import java.util.Optional;

/// Outputs that say a class at each of many places, such as pixels: of [C, ...] scores the class with the highest one, of [1, H, W]
/// probabilities 1 from a half on.
public record PlacedClasses(String output, int classes, Shape places) {
  private static final double HALF = 0.5;

  /// What the model of `assembly` says of its places; empty where it says something else.
  public static Optional<PlacedClasses> of(Assembly assembly) {
    String scored = assembly.scored();
    Shape shape = assembly.outputs().get(scored);
    Task task = Prepared.task(assembly);
    boolean answers = task == Task.BINARY && shape.rank() > 1 && shape.dim(0) == 1;
    if (!answers && (task != Task.MULTICLASS || shape.rank() < 2)) {
      return Optional.empty();
    }
    return Optional.of(new PlacedClasses(scored, answers ? 2 : shape.dim(0), shape.without(0)));
  }

  /// The classes of one sample of a batch of activated outputs, row-major.
  public int[] of(HostTensor batch, int sample) {
    int[] r = new int[(int) places.size()];
    for (int place = 0; place < r.length; place++) {
      r[place] = of(batch, sample, place);
    }
    return r;
  }

  /// The class at one place of one sample.
  int of(HostTensor batch, int sample, int place) {
    int channels = batch.shape().dim(1);
    long size = places.size();
    long first = sample * channels * size + place;
    if (channels < classes) {
      return batch.at(first) >= HALF ? 1 : 0;
    }
    int best = 0;
    for (int c = 1; c < channels; c++) {
      best = batch.at(first + c * size) > batch.at(first + best * size) ? c : best;
    }
    return best;
  }
}
