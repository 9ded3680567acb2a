package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.config.Kinds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

@Doc("The data: where they come from, how they are divided and what is done to them.")
public record Data(
    @Doc("The samples to learn from.") Source train,
    @Doc("A source of its own for validation.") Optional<Source> validation,
    @Doc("A source of its own for the test.") Optional<Source> test,
    @Doc("How `train` is divided where validation or test have no source of their own.") Optional<Split> split,
    @Doc("Steps between the raw inputs and the model, exported with it.") @Default("[]") List<Preprocess> preprocess,
    @Doc("Steps for targets that are numbers, such as `log` and `standardize` for prices: mse, l1, smooth_l1 and huber compare what they make of the target. Metrics, "
            + "predictions and the exported model are in the target's own units all the same.")
        @Default("[]") List<Preprocess> preprocessTargets,
    @Doc("Random changes of the training samples.") @Default("[]") List<Augment> augment) {

  public Data {
    if (validation.isEmpty() && split.isEmpty()) {
      throw new Invalid("split", "neither a split nor a validation source", "`split: {validation: 0.2}`, `split: none`, or `validation:`");
    }
    if (validation.isPresent() && split.isPresent() && (split.get().validation() > 0 || split.get().folds().isPresent())) {
      throw new Invalid("split", (split.get().folds().isPresent() ? "folds" : "a share for validation") + " beside a validation source", "one of the two");
    }
    if (test.isPresent() && split.isPresent() && split.get().test() > 0) {
      throw new Invalid("split", "a share for the test beside a test source", "one of the two");
    }
    for (Preprocess step : preprocessTargets) {
      if (!step.undone()) {
        throw new Invalid("preprocessTargets", Kinds.name(step.getClass()), "scale, standardize, min_max, normalize or log, which predictions can be taken back from");
      }
    }
  }

  /// Opens all sources and divides them; `base` is the folder of the experiment file. Classes and categories are those of
  /// the training source. Throws Failure(DATA) where something is missing, damaged or leaves a part empty,
  /// Failure(USAGE) where the random changes do not fit the samples.
  public Division open(Path base, Wanted wanted, long seed) {
    Split how = split.orElse(Split.NONE);
    Division division = how.divide(train.open(base, wanted.keyed(how.keys())), seed).map(p -> train.settled(p, wanted, seed));
    Schema schema = division.whole().train().dataset().schema();
    Augment.check(augment, schema);
    Wanted same = wanted.like(schema);
    Optional<Part> forValidation = validation.map(s -> whole("validation", s, base, same, seed));
    Optional<Part> forTest = test.map(s -> whole("test", s, base, same, seed));
    return division.map(p -> new Parts(p.train(), forValidation.or(p::validation), forTest.or(p::test)));
  }

  /// All samples of `source` as a part.
  public static Part whole(String name, Source source, Path base, Wanted wanted, long seed) {
    Part part = whole(name, source.open(base, wanted));
    return source.settled(new Parts(part, Optional.empty(), Optional.empty()), wanted, seed).train();
  }

  /// All samples of `dataset` as a part.
  public static Part whole(String name, Dataset dataset) {
    return new Part(name, dataset, IntStream.range(0, dataset.size()).toArray());
  }

  /// The preprocessing steps in their order: what the training source asks for, the experiment's, and one-hot encoding last
  /// where it is not among them.
  public List<Preprocess> steps() {
    List<Preprocess> r = new ArrayList<>(train.preprocess());
    r.addAll(preprocess);
    if (r.stream().noneMatch(Preprocess.OneHot.class::isInstance)) {
      r.add(new Preprocess.OneHot());
    }
    return List.copyOf(r);
  }
}
