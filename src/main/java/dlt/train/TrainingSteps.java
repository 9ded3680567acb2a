package dlt.train;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.data.Batch;
import dlt.data.Batches;
import dlt.experiment.Assembly;
import dlt.experiment.Experiment;
import dlt.experiment.Prepared;
import dlt.experiment.Training;
import dlt.optim.Rate;
import java.util.function.DoubleSupplier;

/// The compiled steps of a training. Batches come in groups of `training.accumulate` (the last group of an epoch takes what is
/// left); after the last batch of a group the parameters are updated by the mean of the gradients over all its samples.
final class TrainingSteps implements AutoCloseable {
  private final Assembly assembly;
  private final Variables variables;
  private final Batches batches;
  private final Feed feed;
  private final int group;
  private final Programs programs;
  private Program update;

  /// Compiles the programs of all batch sizes, so that what cannot be computed fails before the first step.
  TrainingSteps(Assembly assembly, Backend backend, Variables variables, Batches batches) {
    Training training = assembly.experiment().training();
    this.assembly = assembly;
    this.variables = variables;
    this.batches = batches;
    this.feed = new Feed(assembly);
    this.group = Math.min(training.accumulate(), batches.count());
    this.programs = new Programs(n -> backend.compile(group == 1 ? assembly.training(n) : assembly.accumulation(n), variables.buffers()));
    try {
      if (training.epochs() > 0) {
        batches.sizes().forEach(programs::of);
      }
      if (group > 1) {
        update = backend.compile(assembly.update(), variables.buffers());
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /// The batches that `prepared` is trained on.
  static Batches batches(Prepared prepared) {
    Experiment experiment = prepared.file().experiment();
    return new Batches(prepared.parts().train(), new Batches.Options(
        prepared.batchSize(), experiment.training().shuffle(), false, experiment.data().augment(), experiment.seed(), prepared.assembly().trainingTargets(),
        prepared.sampler()));
  }

  /// The number of updates of an epoch.
  int updates() {
    return Math.ceilDiv(batches.count(), group);
  }

  /// Whether the parameters are updated after batch number `index` (from 0) of an epoch.
  boolean updatesAfter(int index) {
    return (index + 1) % group == 0 || index + 1 == batches.count();
  }

  /// The batch's share of the samples of its group.
  double share(Batch batch) {
    int first = batch.index() / group * group;
    int samples = 0;
    for (int i = first; i < Math.min(first + group, batches.count()); i++) {
      samples += batches.size(i);
    }
    return batch.size() / (double) samples;
  }

  /// How many batches may be on their way while the next one is taken.
  int ahead() {
    return programs.ahead();
  }

  /// The loss of a batch of `epoch`, for later, whose gradients are taken; with the last batch of its group the parameters are updated, as
  /// update number `step` (1 for the first of the training).
  DoubleSupplier take(Batch batch, int epoch, long step, Rate rate) {
    Program program = programs.of(batch.size());
    feed.write(program, batch);
    feed.random(program, (epoch - 1L) * batches.count() + batch.index() + 1);
    if (group == 1) {
      feed.scalars(program, step, rate);
      if (assembly.minimizer().isPresent()) {
        double loss = assembly.minimizer().get().step(new Closure(program, variables.buffers()), rate.at(step, assembly.experiment().optimizer().lr()));
        return () -> loss;
      }
      program.run();
      return program.later(Assembly.LOSS);
    }
    program.input(Assembly.GRADIENT_SHARE).set(0, share(batch));
    program.run();
    DoubleSupplier loss = program.later(Assembly.LOSS);
    if (updatesAfter(batch.index())) {
      feed.scalars(update, step, rate);
      update.run();
    }
    return loss;
  }

  @Override
  public void close() {
    programs.close();
    if (update != null) {
      update.close();
    }
  }
}
