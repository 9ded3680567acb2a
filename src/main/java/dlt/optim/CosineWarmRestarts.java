package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Key;
import dlt.config.Range;

@Doc("Half a cosine down to eta_min, again and again, each t_mult times as long as the one before.")
public record CosineWarmRestarts(
    @Doc("How long the first one takes.") @Range(min = 0, minExclusive = true) @Key("t_0") double first,
    @Doc("How much longer each one is than the one before.") @Range(min = 1) @Default("1") double tMult,
    @Doc("The lowest learning rate.") @Range(min = 0) @Default("0") double etaMin)
    implements Schedule {
  @Override
  public boolean multiplies() {
    return false; // PyTorch's sets the rate whatever it was
  }

  @Override
  public double lr(double base, Time time) {
    double length = first;
    double since = time.now();
    if (tMult == 1) {
      since %= length;
    }
    while (since >= length) {
      since -= length;
      length *= tMult;
    }
    return etaMin + (base - etaMin) * (1 + Math.cos(Math.PI * since / length)) / 2;
  }
}
