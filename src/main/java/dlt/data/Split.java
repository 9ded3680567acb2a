package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.Invalid;
import dlt.config.Range;
import dlt.error.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

@Doc("How the training source is divided: shares of it for validation and test, or k folds; `none` keeps it whole.")
public record Split(
    @Doc("The share for validation.") @Default("0") @Range(min = 0, max = 1, maxExclusive = true) double validation,
    @Doc("The share for the test, outside of all folds and the same in all repeats.") @Default("0") @Range(min = 0, max = 1, maxExclusive = true)
        double test,
    @Doc("Whether every part gets the same share of every class.") @Default("false") boolean stratify,
    @Doc("Whether samples are drawn, as they are unless `time` is given; else validation and test are the last ones of the source.")
        Optional<Boolean> shuffle,
    @Doc("The number of folds, each for validation in a training of its own.") @Range(min = 2) Optional<Integer> folds,
    @Doc("The one that is trained, from 0; each in turn where left out. With repeats they count on.") @Range(min = 0) Optional<Integer> fold,
    @Doc("What samples belong together by: they are all in the same part.") Optional<Grouping> group,
    @Doc("The column or array of times (numbers or ISO dates) to divide by: the latest samples are for validation and test. "
        + "With folds each is validated by what came before it.") Optional<String> time,
    @Doc("How often all is done, each time with another draw (but for the test).") @Default("1") @Range(min = 1) int repeats,
    @Doc("Whether, after the folds or repeats, the model is trained on all their samples; true where left out.") Optional<Boolean> refit,
    @Doc("The seed of the draw; the experiment's where left out.") Optional<Long> seed) {
  private static final int MOST_TRAININGS = 100_000;

  /// Everything is for training.
  public static final Split NONE = share(0);

  public Split {
    if (folds.isPresent() && validation != 0) {
      throw new Invalid("folds", "folds beside a share for validation", "one of the two");
    }
    if (validation + test >= 1) {
      throw new Invalid(
          "validation", "validation " + validation + " and test " + test, "less than 1 together, so that samples are left to learn from");
    }
    boolean drawn = shuffle.orElse(time.isEmpty());
    if (stratify && time.isPresent()) {
      throw new Invalid("stratify", "true beside time", "one of the two: the latest samples are not drawn by class");
    }
    if (stratify && !drawn) {
      throw new Invalid("shuffle", "false beside stratify", "true, for a stratified split draws its samples");
    }
    if (time.isPresent() && drawn) {
      throw new Invalid("shuffle", "true beside time", "one of the two: the latest samples are not drawn");
    }
    if (time.isPresent() && group.isPresent()) {
      throw new Invalid("group", "group beside time", "one of the two");
    }
    boolean divided = folds.isPresent() || validation != 0;
    if (!divided && test == 0 && (time.isPresent() || group.isPresent())) {
      throw new Invalid(time.isPresent() ? "time" : "group", "neither a share nor folds to divide by it", "`validation: 0.2` or `folds: 5` too");
    }
    if (repeats > 1 && (!drawn || !divided)) {
      throw new Invalid("repeats", drawn ? "repeats of nothing" : "repeats of what is not drawn",
          drawn ? "`validation: 0.2` or `folds: 5` too" : "1, for each time would be the same");
    }
    long trainings = (long) repeats * folds.orElse(1);
    if (trainings > MOST_TRAININGS) {
      throw new Invalid(repeats > 1 ? "repeats" : "folds", trainings + " trainings", "at most " + MOST_TRAININGS);
    }
    if (fold.isPresent() && fold.get() >= trainings) {
      throw new Invalid("fold", Integer.toString(fold.get()),
          "less than " + (repeats == 1 ? "folds, which is " + trainings : "folds times repeats, which is " + trainings));
    }
    if (refit.orElse(false) && trainings == 1) {
      throw new Invalid("refit", "true without folds or repeats", "`folds: 5`; what is trained once has its model");
    }
  }

  private static Split share(double validation) {
    return new Split(validation, 0, false, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), 1,
        Optional.empty(), Optional.empty());
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
    return share(share);
  }

  /// Whether samples are drawn at random.
  public boolean drawn() {
    return shuffle.orElse(time.isEmpty());
  }

  /// Whether it asks for several trainings, one for each fold and repeat.
  public boolean several() {
    return fold.isEmpty() && repeats * folds.orElse(1) > 1;
  }

  /// The columns or arrays that the source has to give besides inputs and targets.
  Set<String> keys() {
    Set<String> r = new LinkedHashSet<>();
    group.map(Grouping::column).ifPresent(r::add);
    time.ifPresent(r::add);
    return r;
  }

  /// The texts of the key `name` that the argument `argument` asks for. Throws Failure(DATA) where `dataset` has none.
  static List<String> key(Dataset dataset, String argument, String name) {
    return dataset.key(name).orElseThrow(() ->
        new Failure(Failure.Kind.DATA, "split: `" + argument + ": " + name + "`: the training source has no column or array of that name"));
  }

  /// Divides the samples of `dataset`; `runSeed` is the experiment's seed. Throws Failure(DATA) where a part would be empty
  /// or the data lack what they are to be divided by.
  public Division divide(Dataset dataset, long runSeed) {
    int n = dataset.size();
    Dealer dealer = Dealer.of(this, dataset, seed.orElse(runSeed));
    boolean[] rest = new boolean[n];
    Arrays.fill(rest, true);
    boolean[] tests = pick(dealer, rest, test, 0);
    for (int i = 0; i < n; i++) {
      rest[i] = !tests[i];
    }
    Optional<Part> forTest = test == 0 ? Optional.empty() : Optional.of(part("test", dataset, dealer, i -> tests[i]));
    List<Parts> trainings = new ArrayList<>();
    for (int repeat = 0; repeat < repeats; repeat++) {
      trainings.addAll(folds.isPresent() ? folds(dataset, dealer, rest, repeat, forTest) : List.of(shares(dataset, dealer, rest, repeat, forTest)));
    }
    return new Division(fold.map(f -> List.of(trainings.get(f))).orElse(trainings),
        new Parts(part("train", dataset, dealer, i -> rest[i]), Optional.empty(), forTest));
  }

  private Parts shares(Dataset dataset, Dealer dealer, boolean[] rest, int repeat, Optional<Part> forTest) {
    if (validation == 0) {
      return new Parts(part("train", dataset, dealer, i -> rest[i]), Optional.empty(), forTest);
    }
    boolean[] validations = pick(dealer, rest, validation, repeat);
    return new Parts(part("train", dataset, dealer, i -> rest[i] && !validations[i]),
        Optional.of(part("validation", dataset, dealer, i -> validations[i])), forTest);
  }

  private static boolean[] pick(Dealer dealer, boolean[] rest, double share, int repeat) {
    int count = (int) Math.round(rest.length * share);
    return count == 0 ? new boolean[rest.length] : dealer.pick(rest, count, repeat);
  }

  private List<Parts> folds(Dataset dataset, Dealer dealer, boolean[] rest, int repeat, Optional<Part> forTest) {
    int k = folds.orElseThrow();
    int[] fold = dealer.folds(rest, k, repeat);
    for (int f = 0; f < k; f++) {
      int which = f;
      if (IntStream.of(fold).noneMatch(i -> i == which)) {
        throw new Failure(Failure.Kind.DATA, "split: " + dealer.amount() + " are too few for " + k + " folds");
      }
    }
    return IntStream.range(0, k).mapToObj(f -> new Parts(
        part("train", dataset, dealer, i -> rest[i] && (time.isPresent() ? fold[i] < f : fold[i] != f)),
        Optional.of(part("validation", dataset, dealer, i -> fold[i] == f)), forTest)).toList();
  }

  private static Part part(String name, Dataset dataset, Dealer dealer, IntPredicate in) {
    int[] samples = IntStream.range(0, dataset.size()).filter(in).toArray();
    if (samples.length == 0) {
      throw new Failure(Failure.Kind.DATA, "split: " + dealer.amount() + (dealer.amount().startsWith("1 ") ? " leaves" : " leave") + " none for " + name);
    }
    return new Part(name, dataset, samples);
  }
}
