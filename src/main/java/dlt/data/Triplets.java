package dlt.data;

import dlt.config.Doc;
import java.util.List;
import java.util.stream.IntStream;

@Doc("Triplets of the samples of another source: inputs anchor, positive (of its class) and negative (of another), and a target `order` that is always 1, for margin_ranking.")
public record Triplets(
    @Doc("The source of the samples, with classes. A split divides them, so that no sample is on both sides.") Source of)
    implements Composition {
  @Override
  public List<String> members() {
    return List.of("anchor", "positive", "negative");
  }

  /// Samples that are the only ones of their class are negatives alone.
  @Override
  public Composed.Chooser chooser(Part part, double[] labels, Wanted wanted) {
    Alike samples = new Alike(labels);
    samples.require(this, part);
    int[] anchors = IntStream.range(0, part.size()).filter(i -> samples.others(i) > 0).toArray();
    return new Composed.Chooser() {
      @Override
      public int size() {
        return anchors.length;
      }

      @Override
      public int anchor(int sample) {
        return anchors[sample];
      }

      @Override
      public Composed.Choice choose(int sample, Draws draws) {
        int anchor = anchors[sample];
        return new Composed.Choice(List.of(anchor, samples.drawAlike(anchor, draws), samples.drawDifferent(anchor, draws)), 1);
      }
    };
  }
}
