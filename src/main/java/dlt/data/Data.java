package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

@Doc("The data: where they come from, how they are divided and what is done to them.")
public record Data(
    @Doc("The samples to learn from.") Source train,
    @Doc("A source of its own for validation.") Optional<Source> validation,
    @Doc("A source of its own for the test.") Optional<Source> test,
    @Doc("How `train` is divided where validation or test have no source of their own.") Optional<Split> split,
    @Doc("Steps between the raw inputs and the model, exported with it.") @Default("[]") List<Preprocess> preprocess,
    @Doc("Random changes of the training samples.") @Default("[]") List<Augment> augment) {

  /// Opens all sources and divides them; `base` is the folder of the experiment file. Classes and categories are those of
  /// the training source.
  public Parts open(Path base, Wanted wanted, long seed) {
    throw new UnsupportedOperationException("Data.open");
  }

  /// The preprocessing steps of an experiment with what the training source itself asks for.
  public List<Preprocess> steps() {
    throw new UnsupportedOperationException("Data.steps");
  }
}
