package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import java.util.Optional;

@Doc("Half a cosine from the learning rate down to eta_min (PyTorch's CosineAnnealingLR).")
public record Cosine(
    @Doc("How long it goes down; the phase's length where left out.") @Range(min = 0, minExclusive = true) Optional<Double> tMax,
    @Doc("The lowest learning rate.") @Range(min = 0) @Default("0") double etaMin)
    implements Schedule {
  @Override
  public boolean multiplies() {
    return etaMin == 0;
  }

  @Override
  public double lr(double base, Time time) {
    return etaMin + (base - etaMin) * (1 + Math.cos(Math.PI * time.now() / tMax.orElse(time.length()))) / 2;
  }
}
