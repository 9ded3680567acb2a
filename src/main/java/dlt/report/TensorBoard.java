package dlt.report;

import dlt.error.Failure;
import dlt.error.Folder;
import dlt.run.History;
import dlt.run.RunDirectory;
import dlt.train.Scores;
import dlt.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// Keeps event files for TensorBoard beside the runs of a training, folds included: what `metrics.jsonl` says, epoch by epoch.
/// A run that is resumed gets a new file in place of the old one, with what is kept of its metrics. Tags are `step/loss` and
/// `step/learning_rate` by the number of the update, and by the number of the epoch `loss/train`, `loss/validation`, each metric
/// as `accuracy/validation`, and `epoch/seconds`.
public final class TensorBoard implements TrainingListener, AutoCloseable {
  private final TrainingListener next;
  private RunDirectory run;
  private EventFile events;
  private long read;
  /// Seconds since 1970 up to which it was told.
  private double told;

  /// Tells `next` everything that it is told.
  public TensorBoard(TrainingListener next) {
    this.next = next;
  }

  @Override
  public void begins(OptionalDouble secondsLeft) {
    next.begins(secondsLeft);
  }

  @Override
  public void step(int epoch, int epochs, int batch, int batches, int samples, double loss) {
    next.step(epoch, epochs, batch, batches, samples, loss);
  }

  @Override
  public void epoch(int epoch, int epochs, double trainLoss, Optional<Scores> validation, double seconds, double samplesPerSecond, boolean best) {
    next.epoch(epoch, epochs, trainLoss, validation, seconds, samplesPerSecond, best);
  }

  @Override
  public void note(String text) {
    next.note(text);
  }

  @Override
  public void logged(RunDirectory run) {
    next.logged(run);
    if (!run.equals(this.run)) {
      begin(run);
    }
    try {
      long size = Files.size(run.metrics());
      add(History.read(run, read), Instant.now().toEpochMilli() * 1e-3);
      read = size;
    } catch (IOException e) {
      throw new Failure(Failure.Kind.DATA, run.metrics() + ": could not be read: " + Failure.reason(e), e);
    }
    events.flush();
  }

  private void begin(RunDirectory begun) {
    close();
    run = begun;
    read = 0;
    told = 0;
    Instant now = Instant.now();
    Path file = run.events(now);
    events = EventFile.begin(file, now);
    try {
      for (Path old : Folder.entries(run.tensorboard()).stream().filter(f -> !f.equals(file) && f.getFileName().toString().contains(".tfevents.")).toList()) {
        Files.delete(old);
      }
    } catch (IOException e) {
      throw new Failure(Failure.Kind.OUTPUT, run.tensorboard() + ": the event file of an earlier attempt cannot be removed: " + Failure.reason(e), e);
    }
  }

  /// `metrics.jsonl` holds no times of the day: the epochs of `fresh` followed one another until `end`, without a pause, and the
  /// logged steps of an epoch came at equal intervals. The clock counts coarser than the epochs' seconds: what is older goes on after it.
  private void add(History fresh, double end) {
    double time = Math.max(told, end - fresh.seconds());
    int done = 0;
    for (History.Epoch epoch : fresh.epochs()) {
      double seconds = Double.isFinite(epoch.seconds()) ? epoch.seconds() : 0;
      int from = done;
      while (done < fresh.steps().size() && fresh.steps().get(done).epoch() <= epoch.epoch()) {
        done++;
      }
      steps(fresh.steps().subList(from, done), time, seconds);
      time += seconds;
      for (var e : epoch.train().entrySet()) {
        events.scalar(e.getKey() + "/train", epoch.epoch(), e.getValue(), time);
      }
      for (var e : epoch.validation().entrySet()) {
        events.scalar(e.getKey() + "/validation", epoch.epoch(), e.getValue(), time);
      }
      events.scalar("epoch/seconds", epoch.epoch(), epoch.seconds(), time);
    }
    steps(fresh.steps().subList(done, fresh.steps().size()), time, 0);
    told = time;
  }

  private void steps(List<History.Step> steps, double begin, double seconds) {
    for (int i = 0; i < steps.size(); i++) {
      History.Step s = steps.get(i);
      double time = begin + seconds * (i + 1) / (steps.size() + 1);
      events.scalar("step/loss", s.step(), s.loss(), time);
      events.scalar("step/learning_rate", s.step(), s.lr(), time);
    }
  }

  @Override
  public void close() {
    if (events != null) {
      events.close();
    }
  }
}
