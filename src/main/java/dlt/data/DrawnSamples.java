package dlt.data;

import dlt.tensor.Philox;
import java.util.Arrays;

/// Draws single samples, from each class its share.
record DrawnSamples(Strata strata, long seed, String amount) implements Dealer {
  @Override
  public boolean[] pick(boolean[] rest, int count, int repeat) {
    int[][] classes = strata.divide(order(rest, repeat));
    int[] shares = shares(classes, count);
    boolean[] r = new boolean[rest.length];
    for (int c = 0; c < classes.length; c++) {
      for (int i = classes[c].length - shares[c]; i < classes[c].length; i++) {
        r[classes[c][i]] = true;
      }
    }
    return r;
  }

  @Override
  public int[] folds(boolean[] rest, int k, int repeat) {
    int[] r = new int[rest.length];
    Arrays.fill(r, -1);
    int dealt = 0;
    for (int[] samples : strata.divide(order(rest, repeat))) {
      for (int sample : samples) {
        r[sample] = dealt++ % k;
      }
    }
    return r;
  }

  private int[] order(boolean[] rest, int repeat) {
    int[] all = new Philox(seed, Philox.Purpose.SPLIT.stream(repeat), 0).permutation(rest.length);
    return Arrays.stream(all).filter(i -> rest[i]).toArray();
  }

  /// How many of each class make `total` of all: largest remainder.
  private static int[] shares(int[][] classes, int total) {
    int n = Arrays.stream(classes).mapToInt(c -> c.length).sum();
    int[] r = new int[classes.length];
    double[] remainder = new double[classes.length];
    int left = total;
    for (int c = 0; c < classes.length; c++) {
      double exact = (double) classes[c].length * total / n;
      r[c] = (int) exact;
      remainder[c] = exact - r[c];
      left -= r[c];
    }
    while (left > 0) {
      int best = -1;
      for (int c = 0; c < classes.length; c++) {
        if (r[c] < classes[c].length && (best < 0 || remainder[c] > remainder[best])) {
          best = c;
        }
      }
      r[best]++;
      remainder[best]--;
      left--;
    }
    return r;
  }
}
