package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;

@Doc("An exponential moving average, from the first update on.")
public record Ema(
    @Doc("How much of the average is kept at each update.") @Range(min = 0, max = 1) @Default("0.999") double decay,
    @Doc("Whether running statistics are averaged too; else they are recomputed by a pass over the training part before each "
            + "validation.")
        @Default("false") boolean useBuffers)
    implements Average {
  @Override
  public double share(long averaged) {
    return 1 - decay;
  }

  @Override
  public boolean takes(int epoch, int update, int perEpoch) {
    return true;
  }
}
