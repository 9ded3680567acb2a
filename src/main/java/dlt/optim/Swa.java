package dlt.optim;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;

@Doc("Stochastic weight averaging: the plain mean of the weights at the ends of epochs. Before `start` the weights themselves count.")
public record Swa(
    @Doc("The first epoch whose weights are in the mean, from 1.") @Range(min = 1) int start,
    @Doc("Whether running statistics are averaged too; else they are recomputed by a pass over the training part before each "
            + "validation.")
        @Default("false") boolean useBuffers)
    implements Average {
  @Override
  public double share(long averaged) {
    return 1.0 / (averaged + 1);
  }

  @Override
  public boolean takes(int epoch, int update, int perEpoch) {
    return epoch >= start && update == perEpoch;
  }
}
