package dlt.train;

import dlt.backend.Backend;
import dlt.config.ConfigException;
import dlt.data.Batch;
import dlt.data.Batches;
import dlt.error.Failure;
import dlt.experiment.Experiment;
import dlt.experiment.Prepared;
import dlt.optim.Lbfgs;
import dlt.optim.Rate;
import dlt.optim.Rprop;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/// A learning-rate range test (L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017): the rate grows by a
/// constant factor from update to update, and the loss tells which rates learn. Groups of parameters keep their ratio to the
/// optimizer's rate; schedules are left out. Nothing is kept of the training.
public final class RateFinder implements AutoCloseable {
  /// An update with its rate, the loss before it, and the losses so far averaged as [#SMOOTHING] says.
  public record Point(double lr, double loss, double smoothed) {}

  /// The curve, and the rate where the smoothed loss falls fastest; empty where it falls nowhere.
  public record Result(List<Point> points, OptionalDouble suggestion) {}

  /// The range and the number of updates in it.
  public static final double FIRST = 1e-7, LAST = 10;
  public static final int UPDATES = 100;
  /// The share of the old in the running average of the losses, whose start at 0 is corrected.
  private static final double SMOOTHING = 0.98;
  /// The test ends where the smoothed loss is above its lowest value by so many times that value's size (or the fall down to it,
  /// where that is larger: some losses are near or below 0).
  private static final double EXPLODED = 3;
  /// A slope is taken between the points so many before and after: nearly a decade, so that single batches do not tell.
  private static final int REACH = 5;

  private final Prepared prepared;
  private final Opened opened = new Opened();
  private final Batches batches;
  private final TrainingSteps steps;

  /// Throws [ConfigException] where the optimizer has no rate to be found.
  public RateFinder(Prepared prepared, Backend backend) {
    this.prepared = prepared;
    Experiment experiment = prepared.file().experiment();
    if (experiment.optimizer() instanceof Lbfgs || experiment.optimizer() instanceof Rprop) {
      throw refused(experiment, "the steps of this optimizer do not go by a learning rate", "choose another optimizer for --find-lr");
    }
    if (experiment.optimizer().lr() == 0) {
      throw refused(experiment, "found a learning rate of 0, which groups have no ratio to", "give lr any value above 0");
    }
    if (experiment.training().epochs() == 0) {
      throw refused(experiment, "found training.epochs: 0: there is nothing to train", "--set training.epochs=1");
    }
    Variables variables = Variables.forTraining(backend, prepared.assembly());
    PretrainedWeights.load(prepared, variables);
    try {
      this.batches = opened.add(TrainingSteps.batches(prepared), Batches::close);
      this.steps = opened.add(new TrainingSteps(prepared.assembly(), backend, variables, batches), TrainingSteps::close);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private ConfigException refused(Experiment experiment, String what, String hint) {
    return new ConfigException(prepared.file().bound().at(experiment, "optimizer"), what, hint);
  }

  /// Runs the test. Throws a [Failure] of kind DIVERGED where the very first loss is not finite.
  public Result find() {
    double usual = prepared.file().experiment().optimizer().lr();
    Rate rate = (step, base) -> base / usual * lr(step);
    List<Point> points = new ArrayList<>();
    double average = 0;
    double lowest = Double.POSITIVE_INFINITY;
    for (int epoch = 1; points.size() < UPDATES; epoch++) {
      double loss = 0;
      try (Batches.Epoch each = batches.epoch(epoch, 0)) {
        while (each.hasNext() && points.size() < UPDATES) {
          Batch batch = each.next();
          loss += steps.take(batch, epoch, points.size() + 1, rate).getAsDouble() * steps.share(batch);
          if (!steps.updatesAfter(batch.index())) {
            continue;
          }
          int n = points.size() + 1;
          average = SMOOTHING * average + (1 - SMOOTHING) * loss;
          double smoothed = average / (1 - Math.pow(SMOOTHING, n));
          if (!Double.isFinite(loss) && n == 1) {
            throw new Failure(Failure.Kind.DIVERGED, "the loss before the first update is " + loss + ": "
                + IgnoredTargets.of(prepared.assembly(), batch).orElse("look at the data and the initial weights"));
          }
          if (!Double.isFinite(smoothed)) {
            return new Result(points, suggestion(points));
          }
          points.add(new Point(lr(n), loss, smoothed));
          lowest = Math.min(lowest, smoothed);
          if (smoothed - lowest > EXPLODED * Math.max(Math.abs(lowest), points.getFirst().smoothed() - lowest)) {
            return new Result(points, suggestion(points));
          }
          loss = 0;
        }
      }
    }
    return new Result(points, suggestion(points));
  }

  private static double lr(long step) {
    return FIRST * Math.pow(LAST / FIRST, (step - 1) / (UPDATES - 1.0));
  }

  /// The rate of the steepest descent of the smoothed loss over the logarithm of the rate, by differences over 11 points; the
  /// first tenth of the points, whose averages are of few losses, is left out.
  static OptionalDouble suggestion(List<Point> points) {
    OptionalDouble r = OptionalDouble.empty();
    double steepest = 0;
    for (int i = UPDATES / 10 + REACH; i < points.size() - REACH; i++) {
      double slope = points.get(i + REACH).smoothed() - points.get(i - REACH).smoothed();
      if (slope < steepest) {
        steepest = slope;
        r = OptionalDouble.of(points.get(i).lr());
      }
    }
    return r;
  }

  @Override
  public void close() {
    opened.close();
  }
}
