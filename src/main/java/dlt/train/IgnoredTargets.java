package dlt.train;

import dlt.data.Batch;
import dlt.data.Batches;
import dlt.data.Part;
import dlt.experiment.Assembly;
import dlt.loss.LossTerm;
import dlt.loss.Target;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import java.util.Optional;
import java.util.stream.LongStream;

/// Batches of which no target counts: the mean of their losses is no number, as in PyTorch.
final class IgnoredTargets {
  private IgnoredTargets() {}

  /// What to say of the loss of `batch`, where all its targets are ignored.
  static Optional<String> of(Assembly assembly, Batch batch) {
    for (LossTerm term : assembly.experiment().loss()) {
      if (assembly.targetInput(term).isEmpty() && assembly.expected(term, 2).orElse(null) instanceof Target.ClassIndices c) {
        int target = assembly.targetIndex(term);
        HostTensor y = batch.targets().get(target);
        if (y.dtype() == DType.INT64 && LongStream.range(0, y.size()).allMatch(i -> y.longAt(i) == c.ignored())) {
          return Optional.of("every target '" + assembly.schema().targets().get(target).name() + "' of a batch is " + c.ignored()
              + ", the ignored class (ignore_index), and the mean over none is no number, as in PyTorch; leave out samples without a target that counts, or use larger batches");
        }
      }
    }
    return Optional.empty();
  }

  /// The same of the first such batch of `part` in its order.
  static Optional<String> of(Assembly assembly, Part part, int batchSize) {
    try (Batches batches = new Batches(part, Batches.Options.plain(Math.min(batchSize, part.size()))); Batches.Epoch epoch = batches.epoch(0, 0)) {
      while (epoch.hasNext()) {
        Optional<String> found = of(assembly, epoch.next());
        if (found.isPresent()) {
          return found;
        }
      }
      return Optional.empty();
    }
  }
}
