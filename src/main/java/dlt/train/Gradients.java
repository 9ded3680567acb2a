package dlt.train;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.backend.Program;
import dlt.data.Batch;
import dlt.data.Batches;
import dlt.data.Part;
import dlt.experiment.Assembly;
import dlt.experiment.Experiment;
import dlt.experiment.TargetCounts;
import dlt.tensor.HostTensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// The gradients of a model's loss by its trained parameters, as a training that goes on from it would meet them: dropout,
/// augmentation and batch statistics included.
public final class Gradients {
  /// So many batches show how large gradients are.
  private static final int BATCHES = 8;

  private Gradients() {}

  /// The mean over the first batches of an epoch of `part`, what the model was trained on; nothing where no parameter is trained.
  public static SequencedMap<String, HostTensor> of(SavedModel model, Part part, Backend backend) {
    Experiment experiment = model.file().experiment();
    Assembly assembly = new Assembly(model.file(), model.assembly().schema(), model.assembly().preprocessing(),
        model.assembly().targetPreprocessing(), TargetCounts.of(part));
    Map<String, Buffer> buffers = new HashMap<>(model.variables(backend).buffers());
    SequencedMap<String, Buffer> gradients = new LinkedHashMap<>();
    assembly.trained().forEach((name, p) -> gradients.put(name, backend.allocate(assembly.weightTypes().get(name))));
    if (gradients.isEmpty()) {
      return new LinkedHashMap<>();
    }
    gradients.forEach((name, buffer) -> buffers.put(Assembly.accumulated(name), buffer));
    int batchSize = Math.min(part.size(), experiment.training().batchSize().of(part.size()));
    Feed feed = new Feed(assembly);
    Batches.Options options = new Batches.Options(batchSize, true, true, experiment.data().augment(), experiment.seed(), assembly.trainingTargets(), Optional.empty());
    try (Batches batches = new Batches(part, options);
        Program program = backend.compile(assembly.accumulation(batchSize), buffers);
        Batches.Epoch epoch = batches.epoch(1, 0)) {
      int count = Math.min(BATCHES, batches.count());
      for (int i = 1; i <= count; i++) {
        Batch batch = epoch.next();
        feed.write(program, batch);
        feed.random(program, i);
        program.input(Assembly.GRADIENT_SHARE).set(0, 1.0 / count);
        program.run();
      }
    }
    SequencedMap<String, HostTensor> r = new LinkedHashMap<>();
    gradients.forEach((name, buffer) -> r.put(name, buffer.read()));
    return r;
  }
}
