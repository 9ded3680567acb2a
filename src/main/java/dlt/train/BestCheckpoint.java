package dlt.train;

import dlt.data.Field;
import dlt.data.Preprocess;
import dlt.data.Preprocessing;
import dlt.data.Schema;
import dlt.experiment.Assembly;
import dlt.experiment.KnownCounts;
import dlt.experiment.TargetCounts;
import dlt.run.RunDirectory;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// The checkpoint of the selected epoch of a run, as [Checkpoints] wrote it: what is needed to use the model without its data.
record BestCheckpoint(Path file, Map<String, String> metadata, SequencedMap<String, HostTensor> tensors) {
  /// Reads that of `run`. Throws a [dlt.error.Failure] of kind DATA where it is missing or damaged.
  static BestCheckpoint read(RunDirectory run) {
    return new BestCheckpoint(run.best(), Safetensors.metadata(run.best()), Safetensors.read(run.best()));
  }

  /// The selected epoch of `run`.
  static int epoch(RunDirectory run) {
    return Integer.parseInt(Safetensors.metadata(run.best()).getOrDefault(Checkpoints.EPOCH, "0"));
  }

  /// The schema of the data that the model was trained on.
  Schema schema() {
    String json = metadata.get(Checkpoints.SCHEMA);
    if (json == null) {
      throw Checkpoints.mismatch(file, "it names no data schema");
    }
    return Schema.parse(json);
  }

  /// What the losses were told of the targets that the model was trained on.
  TargetCounts counts() {
    try {
      return metadata.containsKey(Checkpoints.COUNTS) ? KnownCounts.parse(metadata.get(Checkpoints.COUNTS)) : TargetCounts.EVEN;
    } catch (IllegalArgumentException e) {
      throw Checkpoints.mismatch(file, "its counts of targets are damaged");
    }
  }

  /// All weights, under their names.
  SequencedMap<String, HostTensor> weights() {
    SequencedMap<String, HostTensor> r = new LinkedHashMap<>(tensors);
    r.keySet().removeIf(name -> name.startsWith(Checkpoints.PREPROCESS));
    return r;
  }

  /// The weights of `assembly`, in its order. Throws a [dlt.error.Failure] of kind DATA where one is missing or has another shape.
  SequencedMap<String, HostTensor> weights(Assembly assembly) {
    SequencedMap<String, HostTensor> r = new LinkedHashMap<>();
    assembly.weightTypes().forEach((name, type) -> {
      Variables.misfit(name, tensors.get(name), type).ifPresent(what -> {
        throw Checkpoints.mismatch(file, what);
      });
      r.put(name, tensors.get(name));
    });
    return r;
  }

  /// The preprocessing of input number `input`, as it was fitted.
  Preprocessing preprocessing(List<Preprocess> steps, Field field, int input) {
    return restored(steps, field, Checkpoints.PREPROCESS + input + ".");
  }

  /// The preprocessing of target number `target`, as it was fitted.
  Preprocessing targetPreprocessing(List<Preprocess> steps, Field field, int target) {
    return restored(steps, field, Checkpoints.TARGET + target + ".");
  }

  private Preprocessing restored(List<Preprocess> steps, Field field, String prefix) {
    Map<String, HostTensor> mine = new LinkedHashMap<>();
    tensors.forEach((name, t) -> {
      if (name.startsWith(prefix)) {
        mine.put(name.substring(prefix.length()), t);
      }
    });
    return Preprocessing.restore(steps, field, mine);
  }
}
