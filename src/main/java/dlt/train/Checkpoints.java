package dlt.train;

import dlt.data.Preprocessing;
import dlt.error.Failure;
import dlt.experiment.Assembly;
import dlt.run.AtomicFile;
import dlt.run.RunDirectory;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/// The checkpoints of a run as safetensors files: parameters and buffers under PyTorch's names, the optimizer's state, and
/// the numbers of the preprocessing (`preprocess.0.0.center`); the state of the training, the data's schema and, where a
/// loss has balanced weights, the counts that they come from are metadata.
final class Checkpoints {
  static final String PREPROCESS = Assembly.PREPROCESS + ".", TARGET = PREPROCESS + "target.", SCHEMA = "schema", COUNTS = "target_counts", EPOCH = "epoch";

  private final RunDirectory run;
  private final Assembly assembly;
  private final Runnable held;

  /// Those of `run`, which are written as long as `held` does not throw.
  Checkpoints(RunDirectory run, Assembly assembly, Runnable held) {
    this.run = run;
    this.assembly = assembly;
    this.held = held;
  }

  void saveLast(SequencedMap<String, HostTensor> variables, TrainingState state) {
    write(run.last(), variables, state.metadata());
  }

  void saveBest(SequencedMap<String, HostTensor> weights, TrainingState state) {
    write(run.best(), weights, Map.of(EPOCH, Integer.toString(state.bestEpoch()), "value", Double.toString(state.bestValue())));
  }

  private void write(Path file, SequencedMap<String, HostTensor> variables, Map<String, String> state) {
    held.run();
    SequencedMap<String, HostTensor> tensors = new LinkedHashMap<>(variables);
    add(tensors, PREPROCESS, assembly.preprocessing());
    add(tensors, TARGET, assembly.targetPreprocessing());
    Map<String, String> metadata = new TreeMap<>(state);
    metadata.put(SCHEMA, assembly.schema().json());
    if (!assembly.counts().isEmpty()) {
      metadata.put(COUNTS, assembly.counts().json());
    }
    AtomicFile.write(file, out -> Safetensors.write(out, tensors, metadata));
  }

  private static void add(Map<String, HostTensor> tensors, String prefix, List<Preprocessing> preprocessing) {
    for (int i = 0; i < preprocessing.size(); i++) {
      String mine = prefix + i + ".";
      preprocessing.get(i).tensors().forEach((name, t) -> tensors.put(mine + name, t));
    }
  }

  /// Reads the last checkpoint into `variables`; empty where the run has none yet.
  Optional<TrainingState> last(Variables variables) {
    if (!Files.exists(run.last())) {
      return Optional.empty();
    }
    variables.load(Safetensors.read(run.last()), what -> mismatch(run.last(), what));
    return Optional.of(TrainingState.of(run.last(), Safetensors.metadata(run.last())));
  }

  /// Removes the checkpoints of `run` where they are those of a training beyond `epochs` epochs.
  static void discardBeyond(RunDirectory run, int epochs) {
    if (!Files.exists(run.last())) {
      return;
    }
    TrainingState state = TrainingState.of(run.last(), Safetensors.metadata(run.last()));
    if (state.epoch() > epochs + 1 || state.epoch() == epochs + 1 && state.batch() > 0) {
      try {
        Files.delete(run.last());
        Files.deleteIfExists(run.best());
      } catch (IOException e) {
        throw new Failure(Failure.Kind.OUTPUT, run.last() + ": could not be removed: " + Failure.reason(e), e);
      }
    }
  }

  static Failure mismatch(Path file, String what) {
    return new Failure(Failure.Kind.DATA, file + ": does not belong to this experiment: " + what);
  }
}
