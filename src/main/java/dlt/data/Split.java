package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.error.Failure;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

@Doc("How the training source is divided: shares of it for validation and test, or k folds; `none` keeps it whole.")
public record Split(
    @Doc("The share for validation.") @Default("0") @Range(min = 0, max = 1, maxExclusive = true) double validation,
    @Doc("The share for the test.") @Default("0") @Range(min = 0, max = 1, maxExclusive = true) double test,
    @Doc("Whether every part gets the same share of every class.") @Default("false") boolean stratify,
    @Doc("Whether samples are drawn; else validation and test are the last ones of the source.") @Default("true") boolean shuffle,
    @Doc("The number of folds, of which one is for validation.") @Range(min = 2) Optional<Integer> folds,
    @Doc("Which fold is for validation, from 0.") @Default("0") @Range(min = 0) int fold,
    @Doc("The seed of the draw; the experiment's where left out.") Optional<Long> seed) {
  /// Everything is for training.
  public static final Split NONE = new Split(0, 0, false, true, Optional.empty(), 0, Optional.empty());

  public Split {
    if (folds.isPresent()) {
      if (validation != 0 || test != 0) {
        throw new Invalid("folds", "folds beside shares", "either folds, or validation and test");
      }
      if (fold >= folds.get()) {
        throw new Invalid("fold", Integer.toString(fold), "less than folds, which is " + folds.get());
      }
    }
    if (validation + test >= 1) {
      throw new Invalid(
          "validation", "validation " + validation + " and test " + test, "less than 1 together, so that samples are left to learn from");
    }
    if (stratify && !shuffle) {
      throw new Invalid("shuffle", "false beside stratify", "true, for a stratified split draws its samples");
    }
  }

  /// `none`, or a number: the share for validation.
  @FromText("none, a share or mapping of shares or folds")
  public static Split parse(String text) {
    if (text.equals("none")) {
      return NONE;
    }
    double share = CsvCell.number(text);
    if (!(share >= 0 && share < 1)) {
      throw new Invalid("", "'" + text + "'", "`none`, the share for validation, or {validation: ..., test: ...}");
    }
    return new Split(share, 0, false, true, Optional.empty(), 0, Optional.empty());
  }

  /// Divides the samples of `dataset`; `runSeed` is the experiment's seed. Throws Failure(DATA) where a part would be empty
  /// or the target cannot be stratified by.
  public Parts parts(Dataset dataset, long runSeed) {
    if (folds.isPresent()) {
      return everyFold(dataset, runSeed).get(fold);
    }
    int n = dataset.size();
    int validations = (int) Math.round(n * validation);
    int tests = (int) Math.round(n * test);
    int[] order = order(dataset, runSeed);
    int[] to = new int[n]; // 0 train, 1 validation, 2 test
    int[][] strata = strata(dataset, order);
    int[] forValidation = shares(strata, new int[strata.length], validations, n);
    int[] forTest = shares(strata, forValidation, tests, n);
    for (int s = 0; s < strata.length; s++) {
      int[] stratum = strata[s];
      // the last ones of each, so that `shuffle: false` keeps the order train, validation, test
      int end = stratum.length;
      for (int i = 0; i < forTest[s]; i++) {
        to[stratum[--end]] = 2;
      }
      for (int i = 0; i < forValidation[s]; i++) {
        to[stratum[--end]] = 1;
      }
    }
    return new Parts(
        part("train", dataset, to, 0),
        validation == 0 ? Optional.empty() : Optional.of(part("validation", dataset, to, 1)),
        test == 0 ? Optional.empty() : Optional.of(part("test", dataset, to, 2)));
  }

  /// The parts with each fold in turn for validation. Throws Failure(DATA) where there are fewer samples than folds.
  public List<Parts> everyFold(Dataset dataset, long runSeed) {
    int k = folds.orElseThrow();
    int n = dataset.size();
    if (n < k) {
      throw new Failure(Failure.Kind.DATA, "split: " + n + " samples are too few for " + k + " folds");
    }
    int[] to = new int[n];
    int dealt = 0;
    int[][] strata = strata(dataset, order(dataset, runSeed));
    for (int[] stratum : strata) {
      for (int i = 0; i < stratum.length; i++, dealt++) {
        to[stratum[i]] = shuffle ? dealt % k : (int) ((long) dealt * k / n);
      }
    }
    List<Parts> r = new ArrayList<>();
    for (int f = 0; f < k; f++) {
      int[] out = new int[n];
      for (int i = 0; i < n; i++) {
        out[i] = to[i] == f ? 1 : 0;
      }
      r.add(new Parts(part("train", dataset, out, 0), Optional.of(part("validation", dataset, out, 1)), Optional.empty()));
    }
    return r;
  }

  private int[] order(Dataset dataset, long runSeed) {
    return shuffle
        ? new Philox(seed.orElse(runSeed), Philox.Purpose.SPLIT.stream(0), 0).permutation(dataset.size())
        : IntStream.range(0, dataset.size()).toArray();
  }

  private Part part(String name, Dataset dataset, int[] to, int number) {
    int[] samples = IntStream.range(0, to.length).filter(i -> to[i] == number).toArray();
    if (samples.length == 0) {
      throw new Failure(Failure.Kind.DATA, "split: " + to.length + (to.length == 1 ? " sample leaves" : " samples leave") + " none for " + name);
    }
    return new Part(name, dataset, samples);
  }

  /// `order` divided by class, the classes in ascending order; all in one where the split is not stratified.
  private int[][] strata(Dataset dataset, int[] order) {
    if (!stratify) {
      return new int[][] {order};
    }
    if (dataset.targets().isEmpty() || dataset.targets().getFirst().type().shape().size() != 1) {
      throw new Failure(Failure.Kind.DATA, "split: `stratify` needs a target that is one class a sample");
    }
    HostTensor y = HostTensor.allocate(dataset.targets().getFirst().type());
    SortedMap<Double, IntStream.Builder> classes = new TreeMap<>();
    for (int sample : order) {
      dataset.read(sample, true, 0, y.data());
      if (!CsvCell.whole(y.at(0))) {
        throw new Failure(
            Failure.Kind.DATA, dataset.origin(sample) + ": `stratify` needs classes, and the target is " + y.at(0));
      }
      classes.computeIfAbsent(y.at(0), _ -> IntStream.builder()).add(sample);
    }
    return classes.values().stream().map(b -> b.build().toArray()).toArray(int[][]::new);
  }

  /// How many of each stratum make `total` of all `n` samples: largest remainder, as far as `taken` leaves some.
  private static int[] shares(int[][] strata, int[] taken, int total, int n) {
    int[] r = new int[strata.length];
    double[] remainder = new double[strata.length];
    int left = total;
    for (int s = 0; s < strata.length; s++) {
      double exact = (double) strata[s].length * total / n;
      r[s] = Math.min((int) exact, strata[s].length - taken[s]);
      remainder[s] = exact - r[s];
      left -= r[s];
    }
    while (left > 0) {
      int best = -1;
      for (int s = 0; s < strata.length; s++) {
        if (r[s] + taken[s] < strata[s].length && (best < 0 || remainder[s] > remainder[best])) {
          best = s;
        }
      }
      r[best]++;
      remainder[best]--;
      left--;
    }
    return r;
  }
}
