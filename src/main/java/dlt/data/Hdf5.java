package dlt.data;

import dlt.config.Doc;
import dlt.config.Inline;
import java.nio.file.Path;
import java.util.List;

@Doc("Named arrays in an HDF5 file; the first dimension counts the samples. An array in a group is called `group/array`.")
public record Hdf5(@Inline ArrayArguments arguments) implements Source {
  private static final List<String> ENDINGS = List.of(".h5", ".hdf5", ".hdf", ".he5");

  /// Whether a file of this name, in small letters, is taken for one.
  static boolean named(String name) {
    return ENDINGS.stream().anyMatch(name::endsWith);
  }

  @Override
  public Dataset open(Path base, Wanted wanted) {
    SourceFile file = arguments.file(base);
    return arguments.dataset(new NamedArrays(file.name(), List.of(file), Hdf5File.arrays(file, arguments.named(wanted))), wanted);
  }

  @Override
  public List<String> paths() {
    return List.of(arguments.path());
  }
}
