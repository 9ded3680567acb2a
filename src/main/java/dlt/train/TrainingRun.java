package dlt.train;

import dlt.backend.Backend;
import dlt.config.Binder;
import dlt.config.Overrides;
import dlt.config.YamlWriter;
import dlt.error.Failure;
import dlt.experiment.Assertion;
import dlt.experiment.Budget;
import dlt.experiment.Experiment;
import dlt.experiment.Prepared;
import dlt.experiment.Trainings;
import dlt.infer.Parity;
import dlt.run.Manifest;
import dlt.run.RunDirectory;
import dlt.run.UsedTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// A training from its first to its last file: the resolved experiment, the training itself, the selected model's test, its
/// verified export, and the manifest. Where the split asks for several trainings, each has a folder of its own, and the model
/// is one that is trained on all their samples afterwards.
public final class TrainingRun {
  /// What came of it, in `seconds`. `asserts` are the experiment's; where it was interrupted, everything is saved but no model
  /// exported. Of several trainings (`folds`) `validation` is their mean, and `epochs` and `bestEpoch` are those of the last one, on
  /// all samples; 0 where there is none.
  public record Result(
      RunDirectory run, int epochs, int bestEpoch, Optional<Scores> validation, Optional<Scores> test, Optional<CrossValidation> folds,
      Optional<Parity> parity, double seconds, List<Assertion.Verdict> asserts, Ending ending) {
    public boolean stopped() {
      return ending == Ending.INTERRUPTED;
    }

    /// What is wrong with the asserts that do not hold.
    public List<String> failed() {
      return asserts.stream().flatMap(a -> a.wrong().stream()).toList();
    }
  }

  private final Trainings trainings;
  private final Prepared first;
  private final Backend backend;
  private final RunDirectory run;
  private final TrainingListener listener;
  private final LongSupplier nanos;
  private final long begin;
  /// Throws where the folder is no longer this run's.
  private Runnable held = () -> {};

  /// Prepares the (first) training, so that what is wrong fails before any file is written.
  public TrainingRun(Trainings trainings, Backend backend, RunDirectory run, TrainingListener listener) {
    this(trainings, backend, run, listener, System::nanoTime);
  }

  /// As above; the budget of time is measured by `nanos`.
  TrainingRun(Trainings trainings, Backend backend, RunDirectory run, TrainingListener listener, LongSupplier nanos) {
    this.nanos = nanos;
    this.begin = nanos.getAsLong();
    this.trainings = trainings;
    this.first = trainings.training(0);
    this.backend = backend;
    this.run = run;
    this.listener = listener;
    first.requireSchedule();
    Exporter.requireFits(first.assembly());
    PretrainedWeights.check(first);
    PlannedMemory.requireFits(first, backend);
  }

  /// Trains until the end or until `stop`. With `resume` it goes on with the run that is in the folder, if there is one;
  /// without, there must be none.
  public Result train(boolean resume, String dltVersion, BooleanSupplier stop) {
    try (RunDirectory.Lock lock = run.lock()) {
      held = lock::requireHeld;
      RunRecord.Origin origin = new RunRecord.Origin(trainings.file(), backend.description(), dltVersion);
      RunRecord record = RunRecord.begin(run, experiment(), origin, first.parts(), resume);
      return trainings.several() ? everyFold(record, origin, stop) : once(record, stop);
    } catch (IOException e) {
      throw new Failure(Failure.Kind.OUTPUT, run.path() + ": " + Failure.reason(e), e);
    }
  }

  private Experiment experiment() {
    return trainings.file().experiment();
  }

  private Result once(RunRecord record, BooleanSupplier stop) {
    try (Trainer trainer = trainer(first, run)) {
      resume(record, trainer);
      Trainer.Outcome outcome = trainer.train(stop);
      if (outcome.stopped()) {
        return new Result(run, outcome.epochs(), outcome.bestEpoch(), outcome.validation(), Optional.empty(), Optional.empty(), Optional.empty(),
            seconds(), List.of(), Ending.INTERRUPTED);
      }
      Optional<Scores> test = first.parts().test().map(t -> trainer.scores(outcome.best(), t));
      return finished(record, first, Optional.of(outcome), outcome.validation(), test, Optional.empty());
    }
  }

  private Result everyFold(RunRecord record, RunRecord.Origin origin, BooleanSupplier stop) {
    List<CrossValidation.Fold> folds = new ArrayList<>();
    for (int i = 0; i < trainings.count(); i++) {
      listener.note("fold " + i + " (" + (i + 1) + " of " + trainings.count() + ")");
      Optional<CrossValidation.Fold> fold = fold(i, origin, stop);
      if (fold.isEmpty()) {
        return stopped();
      }
      folds.add(fold.get());
    }
    CrossValidation all = new CrossValidation(folds);
    if (!new OutOfFold(trainings, backend, run).write()) {
      listener.note("no out-of-fold predictions: samples have more than " + OutOfFold.MOST_NUMBERS + " numbers");
    }
    if (!experiment().data().split().orElseThrow().refit().orElse(true)) {
      record.goOn();
      return finished(record, first, Optional.empty(), Optional.of(all.mean()), all.test(), Optional.of(all));
    }
    Prepared refit = trainings.refit(Math.min(all.epochs(), experiment().training().epochs()));
    listener.note("refit on all " + refit.parts().train().size() + " samples of the folds, " + refit.epochs() + " epochs (the median of the folds' best)");
    Checkpoints.discardBeyond(run, refit.epochs());
    try (Trainer trainer = trainer(refit, run)) {
      resume(record, trainer);
      Trainer.Outcome outcome = trainer.train(stop);
      if (outcome.stopped()) {
        return stopped();
      }
      Optional<Scores> test = refit.parts().test().map(t -> trainer.scores(outcome.best(), t));
      return finished(record, refit, Optional.of(outcome), Optional.of(all.mean()), test, Optional.of(all));
    }
  }

  /// What cannot go on from its checkpoint leaves the run as it is.
  private static void resume(RunRecord record, Trainer trainer) {
    if (record.goesOn()) {
      trainer.resume();
      record.goOn();
    }
  }

  private Result stopped() {
    return new Result(run, 0, 0, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), seconds(), List.of(), Ending.INTERRUPTED);
  }

  /// Trains one fold to its end, as a run of its own without an export; empty where it was stopped. One that is at its end
  /// already is measured again, not trained.
  private Optional<CrossValidation.Fold> fold(int i, RunRecord.Origin origin, BooleanSupplier stop) {
    RunDirectory folder = run.fold(i);
    Prepared prepared = i == 0 ? first : trainings.training(i);
    Experiment alone = Binder.bind(Overrides.apply(YamlWriter.node(experiment()), List.of("data.split.fold=" + i)), Experiment.class).value();
    RunRecord record = RunRecord.begin(folder, alone, origin, prepared.parts(), true);
    try (Trainer trainer = trainer(prepared, folder)) {
      resume(record, trainer);
      Trainer.Outcome outcome = trainer.train(stop);
      if (outcome.stopped()) {
        return Optional.empty();
      }
      Optional<Scores> test = prepared.parts().test().map(t -> trainer.scores(outcome.best(), t));
      record.finish(metrics(outcome.validation(), test), outcome.ending());
      return Optional.of(
          new CrossValidation.Fold(i, folder, outcome.epochs(), outcome.bestEpoch(), outcome.validation().orElseThrow(), test,
              outcome.ending()));
    }
  }

  /// Exports the model, where there is one, holds the asserts against the figures and completes the manifest.
  private Result finished(RunRecord record, Prepared prepared, Optional<Trainer.Outcome> outcome, Optional<Scores> validation,
      Optional<Scores> test, Optional<CrossValidation> folds) {
    held.run();
    SequencedMap<String, Double> metrics = metrics(validation, test);
    folds.ifPresent(f -> {
      Scores deviation = f.deviation();
      metrics.put("validation.loss_std", deviation.loss());
      deviation.metrics().forEach((name, value) -> metrics.put("validation." + name + "_std", value));
    });
    Optional<Parity> parity = outcome.map(o -> new Exporter(prepared.assembly(), backend).export(o.best(), prepared.parts().verified(),
        ModelMetadata.of(prepared.assembly(), record.dataHash(), o.bestEpoch(), metrics), run.onnx()));
    List<Assertion.Verdict> asserts = experiment().assertions().stream().map(a -> a.verdict(metrics)).toList();
    Ending ending = ending(outcome, folds);
    parity.ifPresent(p -> metrics.put(Manifest.ONNX_DIFFERENCE, p.maxAbsolute()));
    held.run();
    record.finish(metrics, ending);
    return new Result(run, outcome.map(Trainer.Outcome::epochs).orElse(0), outcome.map(Trainer.Outcome::bestEpoch).orElse(0), validation, test,
        folds, parity, seconds(), asserts, ending);
  }

  /// Of several trainings, the budget's where any of them ended by it, else the last one's.
  private static Ending ending(Optional<Trainer.Outcome> outcome, Optional<CrossValidation> folds) {
    List<Ending> all = new ArrayList<>();
    folds.ifPresent(f -> f.folds().forEach(one -> all.add(one.ending())));
    outcome.ifPresent(o -> all.add(o.ending()));
    return all.contains(Ending.BUDGET) ? Ending.BUDGET : all.getLast();
  }

  private Trainer trainer(Prepared prepared, RunDirectory folder) {
    return new Trainer(prepared, backend, folder, held, listener, new Trainer.TimeLimit(new UsedTime(folder.usedTime(), nanos), share()));
  }

  /// The seconds that each training may take.
  private OptionalDouble share() {
    return experiment().training().budget().flatMap(Budget::minutes).map(m -> OptionalDouble.of(m * 60 / trainings.withRefit())).orElse(OptionalDouble.empty());
  }

  private double seconds() {
    return (nanos.getAsLong() - begin) * 1e-9;
  }

  /// All figures as `part.metric`, and as `metric` those of the test, or of the validation where there is no test.
  static SequencedMap<String, Double> metrics(Optional<Scores> validation, Optional<Scores> test) {
    SequencedMap<String, Double> r = new LinkedHashMap<>();
    validation.ifPresent(s -> put(r, "validation.", s));
    test.ifPresent(s -> put(r, "test.", s));
    test.or(() -> validation).ifPresent(s -> put(r, "", s));
    return r;
  }

  private static void put(Map<String, Double> r, String prefix, Scores s) {
    r.put(prefix + "loss", s.loss());
    s.metrics().forEach((name, value) -> r.put(prefix + name, value));
  }

  /// The run that `--out` or the experiment's name and the time say; a new one's folder is made.
  public static RunDirectory folder(Optional<Path> out, Path runs, String name, boolean resume) {
    if (out.isPresent()) {
      return new RunDirectory(out.get());
    }
    Optional<RunDirectory> newest = resume ? RunDirectory.newest(runs, r -> r.of(name)) : Optional.empty();
    return newest.orElseGet(() -> RunDirectory.fresh(runs, name, Instant.now()));
  }
}
