package dlt.data;

import dlt.config.Doc;
import java.util.List;

@Doc("Pairs of the samples of another source: inputs a and b, and a target `order` that is 1 where a's number is higher, else -1, for margin_ranking.")
public record RankedPairs(
    @Doc("The source of the samples, with a number each. A split divides them, so that no sample is on both sides.") Source of)
    implements Composition {
  @Override
  public TargetKind labels() {
    return TargetKind.VALUES;
  }

  @Override
  public Composed.Chooser chooser(Part part, double[] labels, Wanted wanted) {
    Alike samples = new Alike(labels);
    if (samples.different(0) == 0) {
      throw failure("all " + part.size() + " samples of the " + part.name() + " part have the number " + labels[0] + ": nothing to rank");
    }
    return Composed.Chooser.pairs(part.size(), (sample, draws) -> {
      int partner = samples.drawDifferent(sample, draws);
      return new Composed.Choice(List.of(sample, partner), labels[sample] > labels[partner] ? 1 : -1);
    });
  }
}
