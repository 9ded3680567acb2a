package dlt.train;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.data.Batch;
import dlt.data.Batches;
import dlt.data.Part;
import dlt.experiment.Assembly;
import dlt.loss.LossTerm;
import dlt.metric.Evaluation;
import dlt.metric.Metric;
import dlt.metric.Task;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.BiConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/// Measures the loss and the metrics of a model on parts of the data.
public final class Evaluator implements AutoCloseable {
  /// So many batches may be on their way while the results of one before are taken in.
  private static final int AHEAD = 2;

  /// A batch that was given to the device.
  private record Taken(int size, DoubleSupplier loss, Supplier<HostTensor> predictions, Optional<Supplier<HostTensor>> targets) {}

  private final Assembly assembly;
  private final Task task;
  private final List<Metric> metrics;
  private final int batchSize;
  private final Feed feed;
  private final Programs programs;

  /// An evaluator of the weights that `variables` hold at the time of each call.
  public Evaluator(Assembly assembly, Backend backend, Variables variables, Task task, List<Metric> metrics, int batchSize) {
    this.assembly = assembly;
    this.task = task;
    this.metrics = metrics;
    this.batchSize = batchSize;
    this.feed = new Feed(assembly);
    this.programs = new Programs(n -> backend.compile(assembly.evaluation(n), variables.buffers()));
  }

  /// The scores on all samples of `part`.
  public Scores scores(Part part) {
    return scores(part, (_, _) -> {});
  }

  /// As above; `seen` gets the predictions and targets of each batch, in the part's order.
  public Scores scores(Part part, BiConsumer<HostTensor, HostTensor> seen) {
    Evaluation evaluation = new Evaluation(task, metrics, assembly.ignoredClass());
    String output = task == Task.DECISION ? Assembly.DECISION : assembly.scored();
    LossTerm first = assembly.experiment().loss().getFirst();
    boolean own = assembly.targetInput(first).isPresent();
    boolean targeted = assembly.expected(first, 1).isPresent() && !own;
    int target = targeted ? assembly.targetIndex(first) : -1;
    double loss = 0;
    Queue<Taken> pending = new ArrayDeque<>();
    try (Batches batches = new Batches(part, Batches.Options.plain(Math.min(batchSize, part.size())));
        Batches.Epoch epoch = batches.epoch(0, 0)) {
      while (epoch.hasNext() || !pending.isEmpty()) {
        int ahead = 0;
        if (epoch.hasNext()) {
          Batch batch = epoch.next();
          Program program = programs.of(batch.size());
          feed.write(program, batch);
          program.run();
          ahead = Math.min(AHEAD, program.ahead());
          Optional<Supplier<HostTensor>> targets = Optional.empty();
          if (targeted) {
            // a batch's memory is used again for the next one
            HostTensor read = ahead > 0 ? batch.targets().get(target).copy() : batch.targets().get(target);
            targets = Optional.of(() -> read);
          } else if (own) {
            targets = Optional.of(program.laterTensor(Assembly.TARGET));
          }
          pending.add(new Taken(batch.size(), program.later(Assembly.LOSS), program.laterTensor(output), targets));
        }
        while (pending.size() > ahead) {
          Taken taken = pending.remove();
          loss += taken.loss.getAsDouble() * taken.size;
          HostTensor predictions = taken.predictions.get();
          HostTensor targets = taken.targets.map(Supplier::get).orElseGet(() -> yes(predictions.shape()));
          evaluation.add(predictions, targets);
          seen.accept(predictions, targets);
        }
      }
    }
    return new Scores(part.size(), loss / part.size(), evaluation.values(), evaluation.confusion(), evaluation.report());
  }

  /// The answers where the loss takes none: every triplet is to be in its order.
  private static HostTensor yes(Shape shape) {
    HostTensor r = HostTensor.allocate(TensorType.float32(shape));
    for (long i = 0; i < r.size(); i++) {
      r.set(i, 1);
    }
    return r;
  }

  @Override
  public void close() {
    programs.close();
  }
}
