package dlt.data;

import java.util.Arrays;
import java.util.List;

/// Cuts samples in a given order: the last ones are for validation and test. `units` stay together, so that a cut is moved to
/// the nearest of their ends. Folds follow one another; `growing` ones leave their first `1 / (k + 1)` out, for training alone.
record InOrder(List<int[]> units, int samples, String amount, boolean growing) implements Dealer {
  @Override
  public boolean[] pick(boolean[] rest, int count, int repeat) {
    int[] starts = starts(rest);
    int cut = nearest(rest, starts, starts[units.size()] - count);
    boolean[] r = new boolean[samples];
    for (int u = 0; u < units.size(); u++) {
      for (int sample : units.get(u)) {
        r[sample] = rest[sample] && starts[u] >= cut;
      }
    }
    return r;
  }

  @Override
  public int[] folds(boolean[] rest, int k, int repeat) {
    int[] starts = starts(rest);
    int blocks = growing ? k + 1 : k;
    int[] r = new int[samples];
    Arrays.fill(r, -1);
    int[] cuts = new int[blocks];
    for (int b = 1; b < blocks; b++) {
      // rounded up: of 7 samples in 3 folds the first has 3
      cuts[b] = nearest(rest, starts, (int) (((long) b * starts[units.size()] + blocks - 1) / blocks));
    }
    for (int u = 0; u < units.size(); u++) {
      int block = blocks - 1;
      while (starts[u] < cuts[block]) {
        block--;
      }
      for (int sample : units.get(u)) {
        r[sample] = rest[sample] ? block - (growing ? 1 : 0) : -1;
      }
    }
    return r;
  }

  /// How many samples of `rest` lie before each unit, and in all.
  private int[] starts(boolean[] rest) {
    int[] r = new int[units.size() + 1];
    for (int u = 0; u < units.size(); u++) {
      r[u + 1] = r[u] + (rest[units.get(u)[0]] ? units.get(u).length : 0);
    }
    return r;
  }

  /// The unit's start nearest to `cut`, the earlier of two, neither the first nor the last.
  private int nearest(boolean[] rest, int[] starts, int cut) {
    int best = cut;
    int least = Integer.MAX_VALUE;
    for (int u = 0; u < units.size(); u++) {
      if (rest[units.get(u)[0]] && starts[u] > 0 && Math.abs(starts[u] - cut) < least) {
        least = Math.abs(starts[u] - cut);
        best = starts[u];
      }
    }
    return best;
  }
}
