package dlt.train;

import dlt.data.Field;
import dlt.data.Preprocessing;
import dlt.data.Schema;
import dlt.error.Failure;
import dlt.experiment.Assembly;
import dlt.experiment.ExperimentFile;
import dlt.run.Manifest;
import dlt.run.RunDirectory;
import dlt.tensor.HostTensor;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SequencedMap;

/// The selected model of a run: its experiment, its graphs and its weights, without the data that it was trained on.
public record SavedModel(RunDirectory run, ExperimentFile file, Assembly assembly, SequencedMap<String, HostTensor> weights) {
  /// Reads `run`. Throws a [Failure] of kind USAGE where it is no run, or has no model yet.
  public static SavedModel open(RunDirectory run) {
    if (!run.exists()) {
      throw new Failure(Failure.Kind.USAGE, run.path() + ": no run is here; give the folder of one, or train first: dlt train EXP");
    }
    if (!Files.exists(run.best())) {
      throw new Failure(Failure.Kind.USAGE, run.path() + ": has no selected model yet; go on with dlt train EXP --out " + run.path() + " --resume");
    }
    ExperimentFile file = ExperimentFile.read(run.config(), Manifest.read(run).base(), List.of());
    Schema schema = Checkpoints.schema(run);
    List<Preprocessing> preprocessing = new ArrayList<>();
    for (Field field : schema.inputs()) {
      preprocessing.add(Checkpoints.preprocessing(run, file.experiment().data().steps(), field, preprocessing.size()));
    }
    Assembly assembly = new Assembly(file, schema, preprocessing, (target, classes) -> Collections.nCopies(classes, 1L));
    return new SavedModel(run, file, assembly, new Checkpoints(run, assembly).bestWeights());
  }
}
