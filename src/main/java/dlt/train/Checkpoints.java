package dlt.train;

import dlt.data.Field;
import dlt.data.Preprocess;
import dlt.data.Preprocessing;
import dlt.data.Schema;
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
/// the numbers of the preprocessing (`preprocess.0.0.center`); the state of the training and the data's schema are metadata.
public final class Checkpoints {
  private static final String PREPROCESS = "preprocess.", TARGET = PREPROCESS + "target.", SCHEMA = "schema";

  private final RunDirectory run;
  private final Assembly assembly;

  public Checkpoints(RunDirectory run, Assembly assembly) {
    this.run = run;
    this.assembly = assembly;
  }

  void saveLast(SequencedMap<String, HostTensor> variables, TrainingState state) {
    write(run.last(), variables, state.metadata());
  }

  void saveBest(SequencedMap<String, HostTensor> weights, TrainingState state) {
    write(run.best(), weights, Map.of("epoch", Integer.toString(state.bestEpoch()), "value", Double.toString(state.bestValue())));
  }

  private void write(Path file, SequencedMap<String, HostTensor> variables, Map<String, String> state) {
    SequencedMap<String, HostTensor> tensors = new LinkedHashMap<>(variables);
    add(tensors, PREPROCESS, assembly.preprocessing());
    add(tensors, TARGET, assembly.targetPreprocessing());
    Map<String, String> metadata = new TreeMap<>(state);
    metadata.put(SCHEMA, assembly.schema().json());
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
    variables.load(Safetensors.read(run.last()), true, missing -> {
      throw mismatch(run.last(), missing);
    });
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

  /// The weights of the selected epoch. Throws a [Failure] of kind DATA where the run has none.
  public SequencedMap<String, HostTensor> bestWeights() {
    SequencedMap<String, HostTensor> all = Safetensors.read(run.best());
    SequencedMap<String, HostTensor> r = new LinkedHashMap<>();
    for (String name : assembly.weightNames()) {
      if (!all.containsKey(name)) {
        throw mismatch(run.best(), name + " is missing");
      }
      r.put(name, all.get(name));
    }
    return r;
  }

  /// The weights of the selected epoch of any run, under their names.
  static SequencedMap<String, HostTensor> weights(RunDirectory run) {
    SequencedMap<String, HostTensor> r = Safetensors.read(run.best());
    r.keySet().removeIf(name -> name.startsWith(PREPROCESS));
    return r;
  }

  private static Failure mismatch(Path file, String what) {
    return new Failure(Failure.Kind.DATA, file + ": does not belong to this experiment: " + what);
  }

  /// The schema of the data that the run's selected model was trained on.
  static Schema schema(RunDirectory run) {
    String json = Safetensors.metadata(run.best()).get(SCHEMA);
    if (json == null) {
      throw mismatch(run.best(), "it names no data schema");
    }
    return Schema.parse(json);
  }

  /// The selected epoch of the run.
  static int epoch(RunDirectory run) {
    return Integer.parseInt(Safetensors.metadata(run.best()).getOrDefault("epoch", "0"));
  }

  /// The preprocessing of input number `input`, as it was fitted.
  static Preprocessing preprocessing(RunDirectory run, List<Preprocess> steps, Field field, int input) {
    return restored(run, steps, field, PREPROCESS + input + ".");
  }

  /// The preprocessing of target number `target`, as it was fitted.
  static Preprocessing targetPreprocessing(RunDirectory run, List<Preprocess> steps, Field field, int target) {
    return restored(run, steps, field, TARGET + target + ".");
  }

  private static Preprocessing restored(RunDirectory run, List<Preprocess> steps, Field field, String prefix) {
    Map<String, HostTensor> mine = new LinkedHashMap<>();
    Safetensors.read(run.best()).forEach((name, t) -> {
      if (name.startsWith(prefix)) {
        mine.put(name.substring(prefix.length()), t);
      }
    });
    return Preprocessing.restore(steps, field, mine);
  }
}
