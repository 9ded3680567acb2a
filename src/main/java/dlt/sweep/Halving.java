package dlt.sweep;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import java.util.ArrayList;
import java.util.List;

@Doc("Successive halving: all trials train for a few epochs, the best of them for more, and so on to the last epoch.")
public record Halving(
    @Doc("The epochs that every trial gets.") @Default("1") @Range(min = 1) int epochs,
    @Doc("One of so many trials goes on, for so many times the epochs.") @Default("3") @Range(min = 2) int factor) {
  /// After how many epochs trials are compared, the last of them `all`.
  List<Integer> rungs(int all) {
    List<Integer> r = new ArrayList<>();
    for (long e = epochs; e < all; e *= factor) {
      r.add((int) e);
    }
    r.add(all);
    return r;
  }
}
