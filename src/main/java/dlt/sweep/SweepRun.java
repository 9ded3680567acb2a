package dlt.sweep;

import dlt.backend.Backend;
import dlt.error.Failure;
import dlt.error.Folder;
import dlt.error.Thrown;
import dlt.experiment.Budget;
import dlt.experiment.Experiment;
import dlt.experiment.ExperimentFile;
import dlt.experiment.OpenedData;
import dlt.experiment.Trainings;
import dlt.run.AtomicFile;
import dlt.run.History;
import dlt.run.Manifest;
import dlt.run.RunDirectory;
import dlt.run.UsedTime;
import dlt.train.Causality;
import dlt.train.PlannedMemory;
import dlt.train.Scores;
import dlt.train.TrainingListener;
import dlt.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.ObjDoubleConsumer;
import java.util.stream.Stream;

/// Trains the trials of a sweep, each a run of its own below the sweep's folder, and copies the winner's run to `best`. What
/// comes of it depends on file, data and seed alone, however often it is interrupted and resumed and however many trials
/// run at a time; a limit of minutes excepted.
public final class SweepRun {
  /// What came of it. `best` is the winner's run; empty where every trial diverged, or where it was `stopped`.
  public record Result(Path folder, Leaderboard leaderboard, Optional<RunDirectory> best, boolean stopped) {}

  /// Seconds.
  private static final double SAVED_EVERY = 5;

  private final SweepFile file;
  private final Path folder;
  private final Devices devices;
  private final OpenedData data;
  private final String version;
  private final BooleanSupplier stop;
  private final ObjDoubleConsumer<Leaderboard> changed;
  private final Leaderboard leaderboard;
  private final UsedTime used;
  private double saved = -SAVED_EVERY;
  private volatile boolean broken;
  /// Throws where the folder is no longer this sweep's.
  private Runnable held = () -> {};

  /// A sweep of `file` into `folder`. `backend` opens a device for one trial; `changed` is shown the leaderboard after each
  /// change of it, with the seconds that the sweep took so far (with those before a resume where `minutes` limit it), by one thread at a time.
  public SweepRun(SweepFile file, Path folder, Function<Experiment, Backend> backend, String version, BooleanSupplier stop, ObjDoubleConsumer<Leaderboard> changed) {
    this.file = file;
    this.folder = folder;
    this.devices = new Devices(backend);
    this.data = new OpenedData(file.sweep().parallel());
    this.version = version;
    this.stop = stop;
    Experiment experiment = file.experiment().experiment();
    this.leaderboard = new Leaderboard(file.sweep(), experiment.select().metric(), experiment.select().maximises());
    this.changed = changed;
    this.used = new UsedTime(folder.resolve("time.json"), System::nanoTime);
  }

  /// Trains every trial, or goes on with those that an earlier attempt in the folder left. Throws a [Failure] of kind USAGE
  /// where another sweep is there, or another process at work on this one, [dlt.config.ConfigException] where a trial's values do
  /// not fit the experiment.
  public Result train(boolean resume) {
    if (file.sweep().halving().isPresent() && Trainings.open(file.experiment(), data).several()) {
      throw new Failure(Failure.Kind.USAGE, file.file() + ": `sweep.halving` compares trainings before their end, and a run over folds has several: leave out the one or the other");
    }
    try (RunDirectory.Lock lock = new RunDirectory(folder).lock()) {
      held = lock::requireHeld;
      begin(resume);
      if (resume) {
        used.resume(0);
      }
      return trials();
    } catch (IOException e) {
      throw new Failure(Failure.Kind.OUTPUT, folder + ": " + Failure.reason(e), e);
    }
  }

  private Result trials() {
    int epochs = file.experiment().experiment().training().epochs();
    boolean whole;
    try (Devices _ = devices; ExecutorService threads = Executors.newFixedThreadPool(file.sweep().parallel())) {
      whole = switch (file.sweep().method()) {
        case Method.Grid _ -> rungs(threads, new Proposals(file.sweep(), seed()).grid(), epochs);
        case Method.Random r -> {
          Proposals proposals = new Proposals(file.sweep(), seed());
          yield rungs(threads, Stream.iterate(0, i -> i + 1).limit(r.trials()).map(proposals::random).toList(), epochs);
        }
        case Method.Tpe t -> oneByOne(threads, t, epochs);
      };
    }
    writeLeaderboard();
    Optional<RunDirectory> best = whole ? winner().map(this::copy) : Optional.empty();
    return new Result(folder, leaderboard, best, !whole);
  }

  private long seed() {
    return file.experiment().experiment().seed();
  }

  /// Another sweep's trials are not to be mixed with this one's.
  private void begin(boolean resume) {
    String now = file.section() + "\n" + String.join("\n", file.overrides()) + "\n";
    Path mark = SweepResults.section(folder);
    try {
      if (Files.exists(mark)) {
        if (!resume) {
          throw new Failure(Failure.Kind.USAGE, folder + ": a sweep is here already; go on with it by --resume, or choose another folder with --out");
        }
        if (!Files.readString(mark).equals(now)) {
          throw new Failure(Failure.Kind.USAGE, folder + ": cannot be resumed with another sweep section or other --set; start anew in another folder with --out");
        }
      } else {
        Stream.of(SweepResults.leaderboard(folder), SweepResults.report(folder), SweepResults.best(folder).path()).filter(Files::exists).findFirst().ifPresent(file -> {
          throw RunDirectory.taken(file);
        });
      }
    } catch (IOException e) {
      throw new Failure(Failure.Kind.OUTPUT, mark + ": could not be read: " + Failure.reason(e), e);
    }
    AtomicFile.write(mark, now);
  }

  /// Trains `trials` rung by rung, the best of each rung to the next. False where it was stopped.
  private boolean rungs(ExecutorService threads, List<Trial> trials, int epochs) {
    List<Trial> left = trials;
    List<Integer> rungs = file.sweep().halving().map(h -> h.rungs(epochs)).orElse(List.of(epochs));
    for (int limit : rungs) {
      List<Trial> cohort = left;
      if (!all(threads, cohort.size(), i -> run(cohort.get(i), limit, epochs))) {
        return false;
      }
      int kept = file.sweep().halving().map(h -> Math.ceilDiv(cohort.size(), h.factor())).orElse(cohort.size());
      left = leaderboard.byScore().stream().filter(cohort::contains).limit(kept).toList();
    }
    return true;
  }

  /// Trial by trial; what number i may learn from is fixed, so that it does not matter which ends first.
  private boolean oneByOne(ExecutorService threads, Method.Tpe method, int epochs) {
    Proposals proposals = new Proposals(file.sweep(), seed());
    List<Future<Boolean>> begun = new ArrayList<>();
    boolean whole = true;
    for (int i = 0; i < method.trials() && whole; i++) {
      int known = i - file.sweep().parallel() + 1;
      for (int j = 0; j < known; j++) {
        whole &= done(begun.get(j));
      }
      if (whole) {
        Trial trial = proposals.tpe(i, method, leaderboard(known));
        begun.add(threads.submit(() -> run(trial, epochs, epochs)));
      }
    }
    for (Future<Boolean> f : begun) {
      whole &= done(f);
    }
    return whole;
  }

  private List<Trial> leaderboard(int known) {
    synchronized (leaderboard) {
      return leaderboard.byScore().stream().filter(t -> t.number() < known).toList();
    }
  }

  private static boolean all(ExecutorService threads, int count, IntPredicate job) {
    List<Future<Boolean>> begun = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      begun.add(threads.submit(() -> job.test(number)));
    }
    boolean whole = true;
    try {
      for (Future<Boolean> f : begun) {
        whole &= done(f);
      }
    } finally {
      begun.forEach(f -> f.cancel(false));
    }
    return whole;
  }

  private static boolean done(Future<Boolean> f) {
    try {
      return f.get();
    } catch (ExecutionException e) {
      throw Thrown.again(e.getCause());
    } catch (InterruptedException | CancellationException e) {
      return false;
    }
  }

  /// Trains `trial` for the first `limit` of `epochs`, or goes on with it; false where it was stopped. Where it fails, those beside it
  /// save and stop.
  private boolean run(Trial trial, int limit, int epochs) {
    try {
      return !stopped() && goesOn(trial, limit, epochs);
    } catch (RuntimeException | Error e) {
      broken = true;
      throw e;
    }
  }

  private boolean stopped() {
    return broken || stop.getAsBoolean();
  }

  private boolean goesOn(Trial trial, int limit, int epochs) {
    RunDirectory run = trial.run(folder);
    ExperimentFile experiment = file.of(trial);
    double score = Double.NaN;
    if (ended(run, limit, epochs)) {
      score = best(run, limit);
    } else {
      if (outOfTime()) {
        return true;
      }
      Trainings trainings = Trainings.open(experiment, data);
      if (overBudget(trainings)) {
        stand(new Standing(trial, 0, Double.NaN, 0, Optional.of(Standing.Failing.OVER_BUDGET)));
        return true;
      }
      held.run();
      requireCausal(trainings);
      Limit listener = new Limit(limit < epochs ? limit : Integer.MAX_VALUE);
      try (Backend device = lend(trainings)) {
        TrainingRun.Result r = train(trainings, device, run, listener);
        if (r.stopped() && !listener.reached()) {
          return false;
        }
        score = best(run, limit);
      } catch (Failure f) {
        if (f.kind() != Failure.Kind.DIVERGED) {
          throw f;
        }
      }
    }
    stand(new Standing(trial, limit, score, History.read(run).seconds(limit), Double.isNaN(score) ? Optional.of(Standing.Failing.DIVERGED) : Optional.empty()));
    return true;
  }

  private Backend lend(Trainings trainings) {
    return devices.lend(trainings.file().experiment());
  }

  private TrainingRun.Result train(Trainings trainings, Backend device, RunDirectory run, Limit listener) {
    try {
      return new TrainingRun(trainings, device, run, listener).train(true, version, () -> stopped() || listener.reached());
    } catch (RuntimeException | Error e) {
      Devices.spoil(device);
      throw e;
    }
  }

  private void stand(Standing standing) {
    synchronized (leaderboard) {
      leaderboard.put(standing);
      writeLeaderboard();
      saveTime(0);
      changed.accept(leaderboard, used.seconds());
    }
  }

  /// Keeps the time that a limit of minutes counts, where `since` seconds went by since it was kept: an attempt that is killed has taken
  /// it all the same.
  private void saveTime(double since) {
    synchronized (used) {
      if (file.sweep().minutes().isPresent() && used.seconds() - saved >= since) {
        used.save();
        saved = used.seconds();
      }
    }
  }

  /// Whether a trial needs more memory than the experiment's budget for each: it is left out, the others go on.
  private boolean overBudget(Trainings trainings) {
    if (trainings.file().experiment().training().budget().flatMap(Budget::memory).isEmpty()) {
      return false;
    }
    try (Backend device = lend(trainings)) {
      return PlannedMemory.overBudget(trainings.training(0), device);
    }
  }

  /// Throws [dlt.config.ConfigException] where a model that is to write texts reads each word that it is to tell.
  private void requireCausal(Trainings trainings) {
    if (Causality.concerns(trainings)) {
      try (Backend device = lend(trainings)) {
        Causality.require(trainings.training(0), device);
      }
    }
  }

  private boolean outOfTime() {
    return file.sweep().minutes().filter(m -> used.seconds() > m * 60).isPresent();
  }

  /// Whether nothing is left to do: the limit was reached, or the whole training and its export have ended.
  private static boolean ended(RunDirectory run, int limit, int epochs) {
    return run.exists() && Files.exists(run.manifest())
        && (Manifest.read(run).finished() != null || limit < epochs && History.read(run).epochs().size() >= limit && Files.exists(run.last()));
  }

  /// The best value of the selected metric in the first `limit` epochs; its mean over the folds where there are several.
  private double best(RunDirectory run, int limit) {
    String metric = leaderboard.metric();
    Double overFolds = Manifest.read(run).results().get("validation." + metric);
    List<History.Epoch> epochs = History.read(run).epochs();
    if (overFolds != null && epochs.stream().allMatch(e -> e.validation().isEmpty())) {
      return overFolds;
    }
    return epochs.stream()
        .filter(e -> e.epoch() <= limit)
        .mapToDouble(e -> (e.validation().isEmpty() ? e.train() : e.validation()).getOrDefault(metric, Double.NaN))
        .filter(v -> !Double.isNaN(v))
        .reduce(leaderboard.maximise() ? Math::max : Math::min)
        .orElse(Double.NaN);
  }

  private void writeLeaderboard() {
    held.run();
    AtomicFile.write(SweepResults.leaderboard(folder), leaderboard.file());
  }

  private Optional<RunDirectory> winner() {
    return leaderboard.sorted().stream()
        .filter(s -> !Double.isNaN(s.score()))
        .map(s -> s.trial().run(folder))
        .filter(r -> Files.exists(r.onnx()))
        .findFirst();
  }

  private RunDirectory copy(RunDirectory winner) {
    Path best = SweepResults.best(folder).path();
    try {
      for (Path from : Folder.tree(winner.path()).stream().filter(f -> Files.isRegularFile(f) && !f.getFileName().toString().startsWith(".")).toList()) {
        Path to = best.resolve(winner.path().relativize(from));
        AtomicFile.write(to, out -> Files.copy(from, out));
      }
    } catch (IOException e) {
      throw new Failure(Failure.Kind.OUTPUT, best + ": the winner's run could not be copied: " + Failure.reason(e), e);
    }
    return new RunDirectory(best);
  }

  /// Counts a trial's epochs and says when it has had enough of them.
  private final class Limit implements TrainingListener {
    private final int epochs;
    private volatile boolean reached;

    Limit(int epochs) {
      this.epochs = epochs;
    }

    boolean reached() {
      return reached;
    }

    @Override
    public void step(int epoch, int all, int batch, int batches, int samples, double loss) {}

    @Override
    public void epoch(int epoch, int all, double trainLoss, Optional<Scores> validation, double seconds, double samplesPerSecond, boolean best) {
      reached = epoch >= epochs;
      saveTime(SAVED_EVERY);
    }

    @Override
    public void note(String text) {}
  }
}
