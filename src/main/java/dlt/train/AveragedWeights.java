package dlt.train;

import dlt.backend.Backend;
import dlt.backend.Program;
import dlt.data.Batch;
import dlt.data.Batches;
import dlt.experiment.Assembly;
import dlt.graph.Graph;
import dlt.optim.Average;
import dlt.tensor.HostTensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// An average of the weights that are trained. Where it is of no weights yet, the weights themselves stand in for it.
final class AveragedWeights implements AutoCloseable {
  private final Assembly assembly;
  private final Average average;
  private final Variables model;
  private final Variables averaged;
  private final Batches batches;
  private final Feed feed;
  private final Program averaging;
  /// Passes that recompute running statistics.
  private final Programs statistics;
  /// What those passes start from; empty where nothing is to be recomputed.
  private final Map<String, HostTensor> zeros = new HashMap<>();

  AveragedWeights(Assembly assembly, Backend backend, Variables model, Batches batches) {
    this.assembly = assembly;
    this.average = assembly.experiment().training().average().orElseThrow();
    this.model = model;
    this.averaged = model.averages();
    this.batches = batches;
    this.feed = new Feed(assembly);
    this.averaging = backend.compile(assembly.averaging(), model.buffers());
    this.statistics = new Programs(n -> backend.compile(assembly.statistics(n).orElseThrow(), averaged.buffers()));
    Optional<Graph> changing = average.useBuffers() ? Optional.empty() : assembly.statistics(batches.sizes().getFirst());
    if (changing.isPresent()) {
      changing.get().updates().keySet().forEach(name -> zeros.put(name, HostTensor.allocate(assembly.buffers().get(name).type())));
      try {
        batches.sizes().forEach(statistics::of);
      } catch (RuntimeException | Error e) {
        close();
        throw e;
      }
    }
  }

  /// The averages under the names of the weights.
  Variables variables() {
    return averaged;
  }

  /// Takes in the weights after update number `update` of the `perEpoch` of `epoch`, where the average is of `count` already;
  /// returns of how many it is now.
  long add(int epoch, int update, int perEpoch, long count) {
    if (!average.takes(epoch, update, perEpoch)) {
      return count;
    }
    if (count == 0) {
      averaged.write(model.weights());
    } else {
      averaging.input(Assembly.AVERAGE_SHARE).set(0, average.share(count));
      averaging.run();
    }
    return count + 1;
  }

  /// Makes the average, which is of `count` weights, ready for use at the end of `epoch`. Buffers that are not averaged are the
  /// model's, and statistics of batch norms those of the averaged weights on the epoch's batches.
  void settle(int epoch, long count) {
    if (count == 0) {
      averaged.write(model.weights());
      return;
    }
    Map<String, HostTensor> buffers = model.weights();
    buffers.keySet().retainAll(assembly.buffers().keySet());
    if (average.useBuffers()) {
      buffers.values().removeIf(t -> t.dtype().floating());
    }
    averaged.write(buffers);
    if (!zeros.isEmpty()) {
      recompute(epoch);
    }
  }

  private void recompute(int epoch) {
    averaged.write(zeros);
    try (Batches.Epoch again = batches.epoch(epoch, 0)) {
      while (again.hasNext()) {
        Batch batch = again.next();
        Program program = statistics.of(batch.size());
        feed.write(program, batch);
        feed.random(program, (epoch - 1L) * batches.count() + batch.index() + 1);
        program.run();
      }
    }
  }

  @Override
  public void close() {
    averaging.close();
    statistics.close();
  }
}
