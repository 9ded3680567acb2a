package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.tensor.TensorType;
import java.util.List;

@Doc("Pairs of the samples of another source: inputs a and b, and a target `same` that is 1 where their classes are. Each epoch draws new partners.")
public record Pairs(
    @Doc("The source of the samples, with classes. A split divides them, so that no sample is on both sides.") Source of,
    @Doc("The share of pairs of one class.") @Default("0.5") @Range(min = 0, max = 1, minExclusive = true, maxExclusive = true) double alike,
    @Doc("The target of a different pair: -1 for hinge_embedding and cosine_embedding, 0 for bce.") @Default("-1") @Range(min = -1, max = 0)
        double different)
    implements Composition {
  private static final String SAME = "same";

  @Override
  public Field target(Wanted wanted) {
    return wanted.kind(SAME) == TargetKind.CLASSES
        ? new Field(SAME, TensorType.int64(), List.of("different", "same"), List.of())
        : new Field(SAME, TensorType.float32(1));
  }

  @Override
  public Composed.Chooser chooser(Part part, double[] labels, Wanted wanted) {
    Alike samples = new Alike(labels);
    samples.require(this, part);
    double no = wanted.kind(SAME) == TargetKind.CLASSES ? 0 : different;
    return Composed.Chooser.pairs(part.size(), (sample, draws) -> {
      boolean same = draws.chance(alike) && samples.others(sample) > 0;
      int partner = same ? samples.drawAlike(sample, draws) : samples.drawDifferent(sample, draws);
      return new Composed.Choice(List.of(sample, partner), same ? 1 : no);
    });
  }
}
