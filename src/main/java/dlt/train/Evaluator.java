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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/// Measures the loss and the metrics of a model on parts of the data.
public final class Evaluator implements AutoCloseable {
  private final Assembly assembly;
  private final Backend backend;
  private final Variables variables;
  private final Task task;
  private final List<Metric> metrics;
  private final int batchSize;
  private final Feed feed;
  private final Map<Integer, Program> programs = new HashMap<>();

  /// An evaluator of the weights that `variables` hold at the time of each call.
  public Evaluator(Assembly assembly, Backend backend, Variables variables, Task task, List<Metric> metrics, int batchSize) {
    this.assembly = assembly;
    this.backend = backend;
    this.variables = variables;
    this.task = task;
    this.metrics = metrics;
    this.batchSize = batchSize;
    this.feed = new Feed(assembly);
  }

  /// The scores on all samples of `part`.
  public Scores scores(Part part) {
    return scores(part, (_, _) -> {});
  }

  /// As above; `seen` gets the predictions and targets of each batch, in the part's order.
  public Scores scores(Part part, BiConsumer<HostTensor, HostTensor> seen) {
    Evaluation evaluation = new Evaluation(task, metrics);
    String output = task == Task.DECISION ? Assembly.DECISION : assembly.scored();
    LossTerm first = assembly.experiment().loss().getFirst();
    boolean targeted = assembly.expected(first, 1).isPresent();
    int target = targeted ? assembly.targetIndex(first) : -1;
    double loss = 0;
    try (Batches batches = new Batches(part, Batches.Options.plain(Math.min(batchSize, part.size())));
        Batches.Epoch epoch = batches.epoch(0, 0)) {
      while (epoch.hasNext()) {
        Batch batch = epoch.next();
        Program program = program(batch.size());
        feed.write(program, batch);
        program.run();
        loss += program.output(Assembly.LOSS).at(0) * batch.size();
        HostTensor predictions = program.output(output).read();
        HostTensor targets = targeted ? batch.targets().get(target) : yes(predictions.shape());
        evaluation.add(predictions, targets);
        seen.accept(predictions, targets);
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

  private Program program(int size) {
    return programs.computeIfAbsent(size, n -> backend.compile(assembly.evaluation(n), variables.buffers()));
  }

  @Override
  public void close() {
    programs.values().forEach(Program::close);
  }
}
