package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.FromText;
import dlt.config.Invalid;
import dlt.config.Range;
import java.util.List;
import java.util.Optional;

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

  @FromText
  public static Split parse(String text) {
    throw new UnsupportedOperationException("Split.parse");
  }

  /// Divides the samples of `dataset`; `runSeed` is the experiment's seed. Throws Failure(DATA) where a part would be empty
  /// or the target cannot be stratified by.
  public Parts parts(Dataset dataset, long runSeed) {
    throw new UnsupportedOperationException("Split.parts");
  }

  /// The parts with each fold in turn for validation.
  public List<Parts> everyFold(Dataset dataset, long runSeed) {
    throw new UnsupportedOperationException("Split.everyFold");
  }
}
