package dlt.data;

import dlt.tensor.Philox;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Draws whole groups, so that every part comes near to its share of the samples of each class. The groups are taken from
/// large to small (in powers of two, drawn among those alike), each for the part that lacks its classes most, in the spirit
/// of scikit-learn's StratifiedGroupKFold.
record DrawnGroups(List<int[]> groups, Strata strata, long seed, String amount) implements Dealer {
  @Override
  public boolean[] pick(boolean[] rest, int count, int repeat) {
    int n = 0;
    for (boolean b : rest) {
      n += b ? 1 : 0;
    }
    double share = (double) count / n;
    int[] bins = bins(rest, new double[] {1 - share, share}, repeat);
    boolean[] r = new boolean[rest.length];
    for (int i = 0; i < r.length; i++) {
      r[i] = bins[i] == 1;
    }
    return r;
  }

  @Override
  public int[] folds(boolean[] rest, int k, int repeat) {
    double[] shares = new double[k];
    Arrays.fill(shares, 1.0 / k);
    return bins(rest, shares, repeat);
  }

  /// The bin of each sample, -1 where it is not in `rest`.
  private int[] bins(boolean[] rest, double[] shares, int repeat) {
    List<int[]> order = Arrays.stream(new Philox(seed, Philox.Purpose.SPLIT.stream(repeat), 0).permutation(groups.size()))
        .mapToObj(groups::get)
        .filter(g -> rest[g[0]])
        .sorted(Comparator.comparing(g -> Integer.numberOfLeadingZeros(g.length)))
        .toList();
    double[] totals = new double[strata.count()];
    order.forEach(g -> add(g, totals));
    double[][] held = new double[shares.length][strata.count()];
    int[] groupsHeld = new int[shares.length];
    int[] to = new int[order.size()];
    for (int g = 0; g < to.length; g++) {
      double[] counts = new double[strata.count()];
      add(order.get(g), counts);
      to[g] = cheapest(counts, held, totals, shares);
      groupsHeld[to[g]]++;
      add(order.get(g), held[to[g]]);
    }
    fillEmpty(to, groupsHeld);
    int[] r = new int[rest.length];
    Arrays.fill(r, -1);
    for (int g = 0; g < to.length; g++) {
      for (int sample : order.get(g)) {
        r[sample] = to[g];
      }
    }
    return r;
  }

  private void add(int[] group, double[] counts) {
    for (int sample : group) {
      counts[strata.of()[sample]]++;
    }
  }

  /// The bin where a group with these `counts` adds least to the sum over bins and classes of (the bin's share of the
  /// class)^2 / the bin's share: that sum is smallest where both shares are equal.
  private static int cheapest(double[] counts, double[][] held, double[] totals, double[] shares) {
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int b = 0; b < shares.length; b++) {
      double cost = 0;
      for (int c = 0; c < counts.length; c++) {
        double share = counts[c] / totals[c];
        cost += totals[c] == 0 ? 0 : share * (share + 2 * held[b][c] / totals[c]) / shares[b];
      }
      if (cost < least) {
        least = cost;
        best = b;
      }
    }
    return best;
  }

  /// A bin that got nothing takes the smallest group of another that has several.
  private static void fillEmpty(int[] to, int[] groupsHeld) {
    for (int b = 0; b < groupsHeld.length; b++) {
      for (int g = to.length - 1; g >= 0 && groupsHeld[b] == 0; g--) {
        if (groupsHeld[to[g]] > 1) {
          groupsHeld[to[g]]--;
          groupsHeld[b]++;
          to[g] = b;
        }
      }
    }
  }
}
