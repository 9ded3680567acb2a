package dlt.experiment;

import dlt.config.ConfigException;
import dlt.data.Division;
import dlt.data.Parts;
import dlt.error.Failure;

/// The trainings that an experiment's split asks for, with its data open: one, or one for each fold and repeat.
public record Trainings(ExperimentFile file, Division division) {
  /// Opens the data of `file` and divides them. What the file alone can tell is checked before any data is read. Throws
  /// [ConfigException] for the file, a [Failure] of kind DATA, with the place in the file, for the data.
  public static Trainings open(ExperimentFile file) {
    return open(file, new OpenedData(1));
  }

  /// The same, with data that may have been `opened` before.
  public static Trainings open(ExperimentFile file, OpenedData opened) {
    return new Trainings(file, Prepared.open(file, opened));
  }

  /// How many there are.
  public int count() {
    return division.trainings().size();
  }

  /// How many there are with the one on all samples that follows several, where it does.
  public int withRefit() {
    return count() + (several() && file.experiment().data().split().orElseThrow().refit().orElse(true) ? 1 : 0);
  }

  /// Whether each fold and repeat is a training of its own.
  public boolean several() {
    return count() > 1;
  }

  /// Training number `i`: preprocessing and class weights are those of its own training part. Throws [ConfigException] for
  /// the file, a [Failure] of kind DATA, with the place in the file, for the data.
  public Prepared training(int i) {
    return Prepared.of(file, division.trainings().get(i), file.experiment().training().epochs(), true);
  }

  /// The parts of training number `i`, as its model reads them.
  public Parts parts(int i) {
    return Prepared.asRead(file, division.trainings().get(i));
  }

  /// The training on all samples but the test's, for the first `epochs` epochs of what the experiment asks for.
  public Prepared refit(int epochs) {
    return Prepared.of(file, division.whole(), epochs, false);
  }
}
