package dlt.data;

import dlt.tensor.Philox;

/// Draws the samples of an epoch with replacement, each as often as its weight says (torch.utils.data.WeightedRandomSampler).
public final class WeightedSampler {
  /// The sums of the weights up to each sample.
  private final double[] sums;

  /// `weights`: one for each sample of a part, at least 0, not all of them 0.
  public WeightedSampler(double[] weights) {
    sums = new double[weights.length];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i];
      sums[i] = sum;
    }
    if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("weights that add up to " + sum);
    }
  }

  /// As many places of samples in the part as it has samples.
  int[] draw(Philox random) {
    int[] r = new int[sums.length];
    for (int i = 0; i < r.length; i++) {
      r[i] = place(random.uniformDouble(i) * sums[sums.length - 1]);
    }
    return r;
  }

  /// The first sample whose sum is above `x`: one of weight 0 never is.
  private int place(double x) {
    int low = 0;
    int high = sums.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sums[middle] > x) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
