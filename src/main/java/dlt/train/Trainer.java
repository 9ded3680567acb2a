package dlt.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.backend.Backend;
import dlt.data.Batch;
import dlt.data.Batches;
import dlt.data.Part;
import dlt.error.Failure;
import dlt.experiment.Assembly;
import dlt.experiment.Experiment;
import dlt.experiment.Prepared;
import dlt.experiment.Training;
import dlt.optim.LearningRate;
import dlt.run.History;
import dlt.run.MetricsLog;
import dlt.run.RunDirectory;
import dlt.run.UsedTime;
import dlt.tensor.HostTensor;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;

/// The loop: epochs of steps, validation, selection of the best epoch, early stopping and checkpoints. What it computes
/// depends on the experiment, the data and the device's instruction set alone: not on interruptions, nor, but for a budget of
/// minutes, on the clock.
public final class Trainer implements AutoCloseable {
  /// How a training ended: after `epochs` epochs, with the weights of `bestEpoch` selected.
  public record Outcome(int epochs, int bestEpoch, Optional<Scores> validation, SequencedMap<String, HostTensor> best, Ending ending) {
    boolean stopped() {
      return ending == Ending.INTERRUPTED;
    }
  }

  /// The seconds that a training may take, and those that it has taken.
  record TimeLimit(UsedTime used, OptionalDouble seconds) {
    boolean reached() {
      return seconds.isPresent() && used.seconds() >= seconds.getAsDouble();
    }

    OptionalDouble left() {
      return seconds.isPresent() ? OptionalDouble.of(Math.max(0, seconds.getAsDouble() - used.seconds())) : seconds;
    }
  }

  /// How long an epoch's steps took, how much of it they waited for data, and samples a second.
  private record Pace(double seconds, double waiting, double speed) {}

  private static final long EPOCH_SAVE_NANOS = 1_000_000_000L, STEP_SAVE_NANOS = 20_000_000_000L;

  /// A batch that was taken and whose loss nobody has looked at.
  private record Pending(long step, int batch, int samples, double share, boolean updates, DoubleSupplier loss) {}

  private final Prepared prepared;
  private final Experiment experiment;
  private final Assembly assembly;
  private final Checkpoints checkpoints;
  private final RunDirectory run;
  private final TrainingListener listener;
  private final TimeLimit time;
  private final Variables variables;
  private final Opened opened = new Opened();
  private final Batches batches;
  private final LearningRate rate;
  private final Evaluator evaluator;
  private final TrainingSteps steps;
  private final Optional<AveragedWeights> averages;
  /// What is validated, selected and exported: the average of the weights, or themselves.
  private final Variables judged;

  private final Queue<Pending> pending = new ArrayDeque<>();
  private TrainingState state = TrainingState.START;
  private SequencedMap<String, HostTensor> best = new LinkedHashMap<>();
  private Optional<Scores> bestScores = Optional.empty();
  private boolean bestUnsaved;
  private long savedAt = System.nanoTime();

  /// A training of `prepared` on `backend` within `time`, whose files go to `run` as long as `held` does not throw. Compiles the programs
  /// of all batch sizes, so that what cannot be computed fails before the first step.
  Trainer(Prepared prepared, Backend backend, RunDirectory run, Runnable held, TrainingListener listener, TimeLimit time) {
    this.prepared = prepared;
    this.experiment = prepared.file().experiment();
    this.assembly = prepared.assembly();
    this.run = run;
    this.listener = listener;
    this.time = time;
    this.checkpoints = new Checkpoints(run, assembly, held);
    this.variables = Variables.unset(backend, assembly);
    Training training = experiment.training();
    try {
      this.batches = opened.add(TrainingSteps.batches(prepared), Batches::close);
      try (Aside initialised = variables.initialise(backend, assembly, () -> {})) {
        this.steps = opened.add(new TrainingSteps(assembly, backend, variables, batches), TrainingSteps::close);
        initialised.join();
      }
      this.rate = prepared.rate(steps.updates());
      this.averages = training.average().filter(a -> training.epochs() > 0)
          .map(a -> opened.add(new AveragedWeights(assembly, backend, variables, batches), AveragedWeights::close));
      this.judged = averages.map(AveragedWeights::variables).orElse(variables);
      this.evaluator = opened.add(new Evaluator(assembly, backend, judged, prepared.task(), prepared.metrics(), prepared.batchSize()), Evaluator::close);
      PretrainedWeights.load(prepared, variables);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /// Goes on from the last checkpoint of the run, where there is one.
  public void resume() {
    time.used().resume(History.read(run).seconds());
    checkpoints.last(variables).ifPresent(s -> {
      state = s;
      rate.restore(s.rate());
      best = s.bestEpoch() == 0 ? new LinkedHashMap<>() : BestCheckpoint.read(run).weights(assembly);
      listener.note(nothingLeft().orElseGet(() -> String.format(Locale.ROOT, "resuming at epoch %d, step %d", s.epoch(), s.step() + 1)));
    });
  }

  /// What to say where the training was at its end already, or beyond the one that it is given now.
  private Optional<String> nothingLeft() {
    int done = state.epoch() - 1;
    String kept = "; nothing is trained, the best of them (epoch " + state.bestEpoch() + ") is measured and exported again";
    return ended().flatMap(e -> switch (e) {
      case EPOCHS -> Optional.of((done > prepared.epochs() ? done + " epochs are done, more than the " + prepared.epochs() + " asked for" : "all " + done + " epochs are done") + kept);
      case EARLY_STOPPING -> Optional.of("the training stopped early after " + done + " epochs" + kept);
      case BUDGET, INTERRUPTED -> Optional.empty();
    });
  }

  /// Trains until the last epoch, early stopping, the end of the budget or `stop`. Throws a [Failure] of kind DIVERGED where the
  /// loss is not finite.
  public Outcome train(BooleanSupplier stop) {
    listener.begins(time.left());
    Optional<Ending> ending = ended();
    int epochs;
    try (MetricsLog log = MetricsLog.open(run.metrics(), state.logLines())) {
      logged(log);
      if (experiment.training().epochs() == 0) {
        keep(prepared.parts().validation().map(p -> scores(variables.weights(), p)));
      }
      while (ending.isEmpty()) {
        ending = epoch(log, stop).or(this::ended);
      }
      save(log);
      epochs = state.epoch() - 1;
      if (ending.get() == Ending.BUDGET) {
        listener.note("stopping: the budget of time (training.budget.minutes) is used up in epoch " + Math.min(state.epoch(), prepared.epochs()));
        if (state.bestEpoch() == 0) {
          epochs = state.epoch();
          keepUnfinished(log);
        }
      }
      logged(log);
    } catch (Failure f) {
      if (f.kind() == Failure.Kind.DIVERGED && bestUnsaved) {
        checkpoints.saveBest(best, state);
      }
      throw f;
    }
    if (bestScores.isEmpty() && ending.get() != Ending.INTERRUPTED && state.bestEpoch() > 0 && prepared.parts().validation().isPresent()) {
      bestScores = Optional.of(scores(best, prepared.parts().validation().get()));
    }
    return new Outcome(epochs, state.bestEpoch(), bestScores, best, ending.get());
  }

  /// The scores of `weights` on `part`; what is validated holds them afterwards.
  public Scores scores(SequencedMap<String, HostTensor> weights, Part part) {
    judged.write(weights);
    return evaluator.scores(part);
  }

  /// One epoch, from where the state stands; why it was not finished, if it was not.
  private Optional<Ending> epoch(MetricsLog log, BooleanSupplier stop) {
    long begin = System.nanoTime();
    long waited = 0;
    long samplesBefore = state.samples();
    try (Batches.Epoch epoch = batches.epoch(state.epoch(), state.batch())) {
      while (epoch.hasNext()) {
        long asked = System.nanoTime();
        Batch batch = epoch.next();
        waited += System.nanoTime() - asked;
        step(batch, log);
        if (stop.getAsBoolean()) {
          return Optional.of(Ending.INTERRUPTED);
        }
        if (epoch.hasNext() && time.reached()) {
          return Optional.of(Ending.BUDGET);
        }
        if (System.nanoTime() - savedAt > STEP_SAVE_NANOS) {
          save(log);
        }
      }
    }
    settle(log, 0);
    double seconds = (System.nanoTime() - begin) * 1e-9;
    double compared = judged(log, new Pace(seconds, waited * 1e-9, (state.samples() - samplesBefore) / seconds));
    logged(log);
    rate.epochEnded(state.step(), compared);
    state = state.nextEpoch().saved(log.lines(), rate.state());
    if (outOfPatience() && state.epoch() <= prepared.epochs()) {
      listener.note("stopping early: no improvement for " + state.stale() + " epochs");
    }
    if (ended().isEmpty() && System.nanoTime() - savedAt > EPOCH_SAVE_NANOS) {
      save(log);
    }
    return Optional.empty();
  }

  /// Validates the weights, keeps them where they are the best so far, and logs the epoch; the value that the schedule goes by.
  private double judged(MetricsLog log, Pace pace) {
    averages.ifPresent(a -> a.settle(state.epoch(), state.averaged()));
    Optional<Scores> validation = prepared.parts().validation().map(evaluator::scores);
    boolean isBest = select(validation);
    double trainLoss = state.lossSum() / state.samples();
    log.append(epochLine(log, trainLoss, validation, pace, isBest));
    listener.epoch(state.epoch(), prepared.epochs(), trainLoss, validation, pace.seconds, pace.speed, isBest);
    return validation.map(v -> v.value(rate.metric().orElse("loss"))).orElse(trainLoss);
  }

  /// Selects the weights as they are within the first epoch: there is nothing better. The checkpoint to go on from knows nothing
  /// of it.
  private void keepUnfinished(MetricsLog log) {
    listener.note("no epoch was finished: the weights are kept as they are after " + state.batch() + " of " + batches.count() + " batches");
    double seconds = time.used().seconds();
    judged(log, new Pace(seconds, Double.NaN, state.samples() / seconds));
    checkpoints.saveBest(best, state);
    bestUnsaved = false;
  }

  /// Takes a batch, and looks at the losses that are known by then: a device that works by itself is not waited for.
  private void step(Batch batch, MetricsLog log) {
    long step = state.step() + 1;
    boolean updates = steps.updatesAfter(batch.index());
    DoubleSupplier loss = steps.take(batch, state.epoch(), step, rate);
    state = state.afterBatch(batch.size());
    pending.add(new Pending(step, state.batch(), batch.size(), steps.share(batch), updates, loss));
    if (updates) {
      int inEpoch = (int) (step - (state.epoch() - 1L) * steps.updates());
      state = state.afterUpdate(averages.map(a -> a.add(state.epoch(), inEpoch, steps.updates(), state.averaged())).orElse(0L));
    }
    settle(log, steps.ahead());
  }

  /// Takes in the losses of all batches but the last `most`, in their order.
  private void settle(MetricsLog log, int most) {
    while (pending.size() > most) {
      settle(log, pending.remove());
    }
  }

  private void settle(MetricsLog log, Pending p) {
    double loss = p.loss.getAsDouble();
    double groupLoss = state.groupLoss() + loss * p.share;
    state = state.withLoss(loss * p.samples, p.updates ? 0 : groupLoss);
    if (p.updates && (p.step == 1 || p.step % experiment.training().logEvery() == 0)) {
      ObjectNode line = log.line().put("kind", "step").put("epoch", state.epoch()).put("step", p.step);
      MetricsLog.put(line, "loss", groupLoss);
      MetricsLog.put(line, "lr", rate.at(p.step, experiment.optimizer().lr()));
      log.append(line);
    }
    listener.step(state.epoch(), prepared.epochs(), p.batch, batches.count(), p.samples, loss);
    if (!Double.isFinite(loss)) {
      logged(log);
      throw diverged("the loss of step " + p.step + " is " + loss, Double.isNaN(loss) ? ignored(p) : Optional.empty());
    }
  }

  private void logged(MetricsLog log) {
    log.flush();
    listener.logged(run);
  }

  /// Why there is nothing more to do, if there is not.
  private Optional<Ending> ended() {
    boolean begun = state.epoch() > 1 || state.batch() > 0;
    return state.epoch() > prepared.epochs() ? Optional.of(Ending.EPOCHS)
        : outOfPatience() ? Optional.of(Ending.EARLY_STOPPING)
        : begun && time.reached() ? Optional.of(Ending.BUDGET) : Optional.empty();
  }

  private boolean outOfPatience() {
    return state.batch() == 0 && experiment.training().earlyStopping().filter(e -> state.stale() >= e.patience()).isPresent();
  }

  /// Why the loss of a batch of this epoch has no value, where its targets say so; the epoch ends.
  private Optional<String> ignored(Pending p) {
    try (Batches.Epoch again = batches.epoch(state.epoch(), p.batch - 1)) {
      return IgnoredTargets.of(assembly, again.next());
    }
  }

  private Failure diverged(String what, Optional<String> why) {
    return new Failure(Failure.Kind.DIVERGED, "epoch " + state.epoch() + ": " + what + why.map(w -> ": " + w).orElse("; the training diverged: lower the learning rate, "
        + "clip the gradients (training.gradient_clip) or look at the data") + "; " + run.path() + " keeps what was saved before");
  }

  /// Keeps the weights where this epoch is the best so far; without validation the last one is.
  private boolean select(Optional<Scores> validation) {
    if (validation.isPresent() && !Double.isFinite(validation.get().loss())) {
      throw diverged("the validation loss is " + validation.get().loss(), IgnoredTargets.of(assembly, prepared.parts().validation().orElseThrow(), prepared.batchSize()));
    }
    double value = validation.map(v -> v.value(experiment.select().metric())).orElse(Double.NaN);
    if (validation.isPresent() && Double.isNaN(value) && state.bestEpoch() == 0) {
      throw new Failure(Failure.Kind.DATA, "epoch " + state.epoch() + ": " + experiment.select().metric() + ", which `select` names, has no value on the validation part, as where all "
          + "its samples are of one class; select another metric, or divide the data otherwise (split.stratify)");
    }
    boolean first = validation.isEmpty() || state.bestEpoch() == 0;
    boolean better = first || improves(value, state.bestValue(), 0);
    boolean fresh = first || improves(value, state.staleSince(), experiment.training().earlyStopping().map(Training.EarlyStopping::minDelta).orElse(0.0));
    if (better) {
      keep(validation);
    }
    state = state.selected(better ? state.epoch() : state.bestEpoch(), better ? value : state.bestValue(), fresh ? value : state.staleSince(), fresh ? 0 : state.stale() + 1);
    return better;
  }

  /// Makes the weights as they are the selected ones.
  private void keep(Optional<Scores> validation) {
    best = judged.weights();
    bestScores = validation;
    bestUnsaved = true;
  }

  private boolean improves(double value, double before, double by) {
    return experiment.select().maximises() ? value > before + by : value < before - by;
  }

  private ObjectNode epochLine(MetricsLog log, double trainLoss, Optional<Scores> validation, Pace pace, boolean isBest) {
    ObjectNode line = log.line().put("kind", "epoch").put("epoch", state.epoch());
    MetricsLog.put(line.putObject("train"), "loss", trainLoss);
    validation.ifPresent(v -> {
      ObjectNode o = line.putObject("validation");
      MetricsLog.put(o, "loss", v.loss());
      v.metrics().forEach((name, value) -> MetricsLog.put(o, name, value));
    });
    MetricsLog.put(line, "seconds", pace.seconds);
    MetricsLog.put(line, "waiting", pace.waiting);
    MetricsLog.put(line, "samples_per_second", pace.speed);
    return line.put("best", isBest);
  }

  /// Best first: a crash in between leaves a `last` that makes the same best again.
  private void save(MetricsLog log) {
    settle(log, 0);
    log.flush();
    state = state.saved(log.lines(), rate.state());
    if (bestUnsaved) {
      checkpoints.saveBest(best, state);
      bestUnsaved = false;
    }
    checkpoints.saveLast(variables.all(), state);
    if (time.seconds().isPresent()) {
      time.used().save();
    }
    savedAt = System.nanoTime();
  }

  @Override
  public void close() {
    opened.close();
  }
}
