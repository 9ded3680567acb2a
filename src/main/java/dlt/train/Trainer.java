package dlt.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.data.Batch;
import dlt.data.Batches;
import dlt.data.Part;
import dlt.error.Failure;
import dlt.experiment.Assembly;
import dlt.experiment.Experiment;
import dlt.experiment.Prepared;
import dlt.experiment.Select;
import dlt.experiment.Training;
import dlt.metric.Metric;
import dlt.optim.LearningRate;
import dlt.run.MetricsLog;
import dlt.run.RunDirectory;
import dlt.tensor.HostTensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;

/// The loop: epochs of steps, validation, selection of the best epoch, early stopping and checkpoints. What it computes
/// depends on the experiment, the data and the device's instruction set alone: not on the clock, nor on interruptions.
public final class Trainer implements AutoCloseable {
  /// How a training ended: after `epochs` epochs, with the weights of `bestEpoch` selected; `stopped` where it was asked to
  /// stop before the end.
  public record Outcome(int epochs, int bestEpoch, Optional<Scores> validation, SequencedMap<String, HostTensor> best, boolean stopped) {}

  private static final long EPOCH_SAVE_NANOS = 1_000_000_000L, STEP_SAVE_NANOS = 20_000_000_000L;

  private final Prepared prepared;
  private final Experiment experiment;
  private final Assembly assembly;
  private final Backend backend;
  private final Checkpoints checkpoints;
  private final RunDirectory run;
  private final TrainingListener listener;
  private final Variables variables;
  private final Batches batches;
  private final LearningRate rate;
  private final Evaluator evaluator;
  private final Feed feed;
  private final Map<Integer, Program> programs = new HashMap<>();

  private TrainingState state = TrainingState.START;
  private SequencedMap<String, HostTensor> best = new LinkedHashMap<>();
  private Optional<Scores> bestScores = Optional.empty();
  private boolean bestUnsaved;
  private long savedAt = System.nanoTime();

  /// A training of `prepared` on `backend` whose files go to `run`. Compiles the programs of all batch sizes, so that what
  /// cannot be computed fails before the first step.
  public Trainer(Prepared prepared, Backend backend, RunDirectory run, TrainingListener listener) {
    this.prepared = prepared;
    this.experiment = prepared.file().experiment();
    this.assembly = prepared.assembly();
    this.backend = backend;
    this.run = run;
    this.listener = listener;
    this.checkpoints = new Checkpoints(run, assembly);
    this.variables = Variables.forTraining(backend, assembly);
    this.feed = new Feed(assembly);
    Training training = experiment.training();
    Part part = prepared.parts().train();
    int batchSize = training.batchSize().of(part.size());
    this.batches = new Batches(part,
        new Batches.Options(batchSize, training.shuffle(), false, experiment.data().augment(), experiment.seed()));
    this.rate = prepared.rate(batches.count());
    for (int size : batches.sizes()) {
      programs.put(size, backend.compile(assembly.training(size), variables.buffers()));
    }
    this.evaluator = new Evaluator(assembly, backend, variables, prepared.task(), prepared.metrics(), batchSize);
    PretrainedWeights.load(prepared.file(), variables);
  }

  /// Goes on from the last checkpoint of the run, where there is one.
  public void resume() {
    checkpoints.last(variables).ifPresent(s -> {
      state = s;
      rate.restore(s.rate());
      best = s.bestEpoch() == 0 ? new LinkedHashMap<>() : checkpoints.bestWeights();
      listener.note(String.format(java.util.Locale.ROOT, "resuming at epoch %d, step %d", s.epoch(), s.step() + 1));
    });
  }

  /// Trains until the last epoch, early stopping or `stop`. Throws a [Failure] of kind DIVERGED where the loss is not finite.
  public Outcome train(BooleanSupplier stop) {
    boolean stopped = false;
    try (MetricsLog log = MetricsLog.open(run.metrics(), state.logLines())) {
      while (!done() && !stopped) {
        stopped = !epoch(log, stop);
      }
      save(log);
    } catch (Failure f) {
      if (f.kind() == Failure.Kind.DIVERGED && bestUnsaved) {
        checkpoints.saveBest(best, state);
      }
      throw f;
    }
    if (bestScores.isEmpty() && !stopped && state.bestEpoch() > 0 && prepared.parts().validation().isPresent()) {
      bestScores = Optional.of(scores(best, prepared.parts().validation().get()));
    }
    return new Outcome(state.epoch() - 1, state.bestEpoch(), bestScores, best, stopped);
  }

  /// The scores of `weights` on `part`; the variables hold them afterwards.
  public Scores scores(SequencedMap<String, HostTensor> weights, Part part) {
    variables.load(weights, false, name -> {
      throw new IllegalStateException(name);
    });
    return evaluator.scores(part);
  }

  /// One epoch, from where the state stands; false where it was stopped.
  private boolean epoch(MetricsLog log, BooleanSupplier stop) {
    int epochs = prepared.epochs();
    long begin = System.nanoTime();
    long samplesBefore = state.samples();
    try (Batches.Epoch epoch = batches.epoch(state.epoch(), state.batch())) {
      while (epoch.hasNext()) {
        step(epoch.next(), log);
        if (stop.getAsBoolean()) {
          return false;
        }
        if (System.nanoTime() - savedAt > STEP_SAVE_NANOS) {
          save(log);
        }
      }
    }
    double seconds = (System.nanoTime() - begin) * 1e-9;
    double speed = (state.samples() - samplesBefore) / seconds;
    Optional<Scores> validation = prepared.parts().validation().map(evaluator::scores);
    boolean isBest = select(validation);
    double trainLoss = state.lossSum() / state.samples();
    log.append(epochLine(log, trainLoss, validation, seconds, speed, isBest));
    listener.epoch(state.epoch(), epochs, trainLoss, validation, seconds, speed, isBest);
    rate.epochEnded(state.step(), validation.map(v -> v.value(rate.metric().orElse("loss"))).orElse(trainLoss));
    state = new TrainingState(state.epoch() + 1, 0, state.step(), 0, 0, state.bestEpoch(), state.bestValue(), state.stale(), log.lines(),
        rate.state());
    if (outOfPatience() && state.epoch() <= epochs) {
      listener.note("stopping early: no improvement for " + state.stale() + " epochs");
    }
    if (!done() && System.nanoTime() - savedAt > EPOCH_SAVE_NANOS) {
      save(log);
    }
    return true;
  }

  private void step(Batch batch, MetricsLog log) {
    Program program = programs.get(batch.size());
    long step = state.step() + 1;
    feed.write(program, batch);
    feed.write(program, step, rate);
    Closure closure = new Closure(program, variables.buffers());
    double loss = assembly.minimizer().map(m -> m.step(closure, rate.at(step, experiment.optimizer().lr()))).orElseGet(closure::run);
    state = new TrainingState(state.epoch(), batch.index() + 1, step, state.lossSum() + loss * batch.size(), state.samples() + batch.size(),
        state.bestEpoch(), state.bestValue(), state.stale(), state.logLines(), state.rate());
    if (step == 1 || step % experiment.training().logEvery() == 0) {
      ObjectNode line = log.line().put("kind", "step").put("epoch", state.epoch()).put("step", step);
      MetricsLog.put(line, "loss", loss);
      MetricsLog.put(line, "lr", rate.at(step, experiment.optimizer().lr()));
      log.append(line);
    }
    listener.step(state.epoch(), prepared.epochs(), state.batch(), batches.count(), batch.size(), loss);
    if (!Double.isFinite(loss)) {
      log.flush();
      throw diverged("the loss of step " + step + " is " + loss);
    }
  }

  private boolean done() {
    return state.epoch() > prepared.epochs() || outOfPatience();
  }

  private boolean outOfPatience() {
    return state.batch() == 0 && experiment.training().earlyStopping().filter(e -> state.stale() >= e.patience()).isPresent();
  }

  private Failure diverged(String what) {
    return new Failure(Failure.Kind.DIVERGED, "epoch " + state.epoch() + ": " + what + "; the training diverged: lower the learning rate, "
        + "clip the gradients (training.gradient_clip) or look at the data; " + run.path() + " keeps what was saved before");
  }

  /// The value that epochs are compared by.
  private Optional<Double> selected(Optional<Scores> validation) {
    return validation.map(v -> v.value(experiment.select().metric()));
  }

  /// Keeps the weights where this epoch is the best so far; without validation the last one is.
  private boolean select(Optional<Scores> validation) {
    if (validation.isPresent() && !Double.isFinite(validation.get().loss())) {
      throw diverged("the validation loss is " + validation.get().loss());
    }
    double value = selected(validation).orElse(Double.NaN);
    boolean better = validation.isEmpty() || !Double.isNaN(value) && (state.bestEpoch() == 0 || improves(value, 0));
    boolean fresh = validation.isEmpty() || state.bestEpoch() == 0
        || improves(value, experiment.training().earlyStopping().map(Training.EarlyStopping::minDelta).orElse(0.0));
    if (better) {
      best = variables.weights();
      bestScores = validation;
      bestUnsaved = true;
    }
    state = new TrainingState(state.epoch(), state.batch(), state.step(), state.lossSum(), state.samples(), better ? state.epoch() : state.bestEpoch(),
        better ? value : state.bestValue(), fresh ? 0 : state.stale() + 1, state.logLines(), state.rate());
    return better;
  }

  private boolean improves(double value, double by) {
    return maximise() ? value > state.bestValue() + by : value < state.bestValue() - by;
  }

  private boolean maximise() {
    Select select = experiment.select();
    return select.mode().map(m -> m == Select.Mode.MAX).orElseGet(() ->
        prepared.metrics().stream().filter(m -> m.key().equals(select.metric())).anyMatch(Metric::higherIsBetter));
  }

  private ObjectNode epochLine(MetricsLog log, double trainLoss, Optional<Scores> validation, double seconds, double speed, boolean isBest) {
    ObjectNode line = log.line().put("kind", "epoch").put("epoch", state.epoch());
    MetricsLog.put(line.putObject("train"), "loss", trainLoss);
    validation.ifPresent(v -> {
      ObjectNode o = line.putObject("validation");
      MetricsLog.put(o, "loss", v.loss());
      v.metrics().forEach((name, value) -> MetricsLog.put(o, name, value));
    });
    MetricsLog.put(line, "seconds", seconds);
    MetricsLog.put(line, "samples_per_second", speed);
    return line.put("best", isBest);
  }

  /// Best first: a crash in between leaves a `last` that makes the same best again.
  private void save(MetricsLog log) {
    log.flush();
    state = new TrainingState(state.epoch(), state.batch(), state.step(), state.lossSum(), state.samples(), state.bestEpoch(), state.bestValue(),
        state.stale(), log.lines(), rate.state());
    if (bestUnsaved) {
      checkpoints.saveBest(best, state);
      bestUnsaved = false;
    }
    checkpoints.saveLast(variables.all(), state);
    savedAt = System.nanoTime();
  }

  @Override
  public void close() {
    batches.close();
    evaluator.close();
    programs.values().forEach(Program::close);
  }
}
