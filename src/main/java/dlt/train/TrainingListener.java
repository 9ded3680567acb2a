package dlt.train;

import dlt.run.RunDirectory;
import java.util.Optional;
import java.util.OptionalDouble;

/// Who is told how a training goes on.
public interface TrainingListener {
  /// A training begins or goes on; its budget leaves it `secondsLeft` from now on, where it has one of time.
  default void begins(OptionalDouble secondsLeft) {}

  /// A step is done: `batch` (from 1) of `batches` in `epoch` of `epochs`; `loss` is the batch's before the update.
  void step(int epoch, int epochs, int batch, int batches, int samples, double loss);

  /// An epoch is done.
  void epoch(int epoch, int epochs, double trainLoss, Optional<Scores> validation, double seconds, double samplesPerSecond, boolean best);

  /// The `metrics.jsonl` of `run` has reached its file: what is kept of it when a training begins or goes on there, and from
  /// then on what each epoch adds.
  default void logged(RunDirectory run) {}

  /// Something worth knowing happened.
  void note(String text);
}
