package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import java.nio.file.Path;
import java.util.List;

@Doc("Named arrays in an HDF5 file; the first dimension counts the samples. An array in a group is called `group/array`.")
public record Hdf5(
    @Doc("The file.") String path,
    @Doc("The array or arrays that are inputs.") @Default("[x]") List<String> inputs,
    @Doc("The array or arrays that are targets.") @Default("[y]") List<String> targets,
    @Doc("How many leading dimensions count the samples together: 2 reads [steps, batch, ...] as steps * batch samples.")
        @Default("1") @Range(min = 1) int batchDims,
    @Doc("How samples of three dimensions lie in the file.") @Default("chw") ImageLayout layout)
    implements Source {
  private static final List<String> ENDINGS = List.of(".h5", ".hdf5", ".hdf", ".he5");

  /// Whether a file of this name, in small letters, is taken for one.
  static boolean named(String name) {
    return ENDINGS.stream().anyMatch(name::endsWith);
  }

  @Override
  public Dataset open(Path base, Wanted wanted) {
    SourceFile file = SourceFile.of(base, path);
    return new NamedArrays(file.name(), List.of(file), Hdf5File.arrays(file, NamedArrays.named(inputs, targets, wanted)))
        .dataset(inputs, targets, batchDims, layout, wanted);
  }

  @Override
  public List<String> paths() {
    return List.of(path);
  }
}
