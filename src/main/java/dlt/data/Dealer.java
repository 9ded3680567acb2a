package dlt.data;

import java.util.List;

/// Deals samples out to the parts of a [Split]. `rest` marks the samples that are still to be dealt; results go by sample
/// number.
interface Dealer {
  /// Marks about `count` samples of `rest`, for a part beside the training part.
  boolean[] pick(boolean[] rest, int count, int repeat);

  /// The fold of each sample of `rest`, from 0 to `k - 1`; -1 for a sample that is in none.
  int[] folds(boolean[] rest, int k, int repeat);

  /// How many samples, or units of samples that stay together, there are: `57 samples`.
  String amount();

  /// The dealer for what `split` says of `dataset`. Throws Failure(DATA) where the data lack what they are to be divided by.
  static Dealer of(Split split, Dataset dataset, long seed) {
    if (split.time().isPresent()) {
      List<int[]> times = Times.inOrder(dataset, Split.key(dataset, "time", split.time().get()));
      return new InOrder(times, dataset.size(), times.size() + (times.size() == 1 ? " time" : " different times"), true);
    }
    Strata strata = split.stratify() ? Strata.of(dataset) : Strata.one(dataset.size());
    if (split.group().isPresent()) {
      List<int[]> groups = Strata.byName(split.group().get().of(dataset));
      String amount = groups.size() + (groups.size() == 1 ? " group" : " groups");
      return split.drawn() ? new DrawnGroups(groups, strata, seed, amount) : new InOrder(groups, dataset.size(), amount, false);
    }
    String amount = dataset.size() + (dataset.size() == 1 ? " sample" : " samples");
    return split.drawn() ? new DrawnSamples(strata, seed, amount) : new InOrder(Strata.singles(dataset.size()), dataset.size(), amount, false);
  }
}
