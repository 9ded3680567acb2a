package dlt.data;

import dlt.config.Doc;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Where samples come from: one record for each kind, its components are the arguments in the experiment file.
@Doc("Where samples come from.")
public sealed interface Source permits Csv, Idx, Npz, Npy, Safetensors, Images, Synthetic {
  /// Opens the data; relative paths count from the folder `base`. Throws Failure(DATA) with file and place where something is
  /// missing, damaged or not as `wanted`.
  Dataset open(Path base, Wanted wanted);

  /// What its samples are, where its arguments alone say so and nothing has to be read.
  default Optional<Schema> declared(Wanted wanted) {
    return Optional.empty();
  }

  /// The files or folders that it names, as they are written.
  List<String> paths();

  /// Preprocessing that the source's own arguments ask for, before the experiment's.
  default List<Preprocess> preprocess() {
    return List.of();
  }

  /// A source like `trained` (the one a model was trained on) for other data in `file`, whose name tells its format (csv,
  /// tsv, npz, npy, safetensors, or a folder of images). Throws Failure(USAGE) for other names.
  static Source of(Path file, Source trained, Schema schema) {
    throw new UnsupportedOperationException("Source.of");
  }
}
