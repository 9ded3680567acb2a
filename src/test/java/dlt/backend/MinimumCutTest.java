package dlt.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MinimumCutTest {
  @Test
  void noOtherSortingIsCheaper() {
    Random random = new Random(1);
    for (int round = 0; round < 200; round++) {
      int n = 1 + random.nextInt(9);
      long[][] apart = new long[n][n];
      long[][] on = new long[2][n];
      MinimumCut cut = new MinimumCut(n);
      for (int i = 0; i < n; i++) {
        on[0][i] = random.nextInt(20);
        on[1][i] = random.nextInt(20);
        cut.onFirst(i, on[0][i]);
        cut.onSecond(i, on[1][i]);
        for (int j = 0; j < i; j++) {
          if (random.nextInt(3) == 0) {
            apart[i][j] = random.nextInt(15);
            cut.apart(i, j, apart[i][j]);
          }
        }
      }
      long best = Long.MAX_VALUE;
      for (long sorting = 0; sorting < 1L << n; sorting++) {
        best = Math.min(best, cost(BitSet.valueOf(new long[] {sorting}), on, apart));
      }
      assertThat(cost(cut.second(), on, apart)).isEqualTo(best);
    }
  }

  private static long cost(BitSet second, long[][] on, long[][] apart) {
    long cost = 0;
    for (int i = 0; i < apart.length; i++) {
      cost += on[second.get(i) ? 1 : 0][i];
      for (int j = 0; j < i; j++) {
        cost += second.get(i) != second.get(j) ? apart[i][j] : 0;
      }
    }
    return cost;
  }

  @Test
  void whatCostsTheSameIsOnTheSecondSideAndWhatIsNeverToBeThereIsNot() {
    MinimumCut cut = new MinimumCut(3);
    cut.onSecond(1, MinimumCut.NEVER);
    cut.apart(1, 2, 5);
    assertThat(cut.second()).isEqualTo(BitSet.valueOf(new long[] {1}));
  }
}
