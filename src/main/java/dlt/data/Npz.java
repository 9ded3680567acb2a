package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

@Doc("Named arrays in a file of NumPy's npz format; the first dimension counts the samples.")
public record Npz(
    @Doc("The file.") String path,
    @Doc("The array or arrays that are inputs.") @Default("[x]") List<String> inputs,
    @Doc("The array or arrays that are targets.") @Default("[y]") List<String> targets,
    @Doc("How many leading dimensions count the samples together: 2 reads [steps, batch, ...] as steps * batch samples.")
        @Default("1") @Range(min = 1) int batchDims,
    @Doc("How samples of three dimensions lie in the file.") @Default("chw") ImageLayout layout)
    implements Source {
  @Override
  public Dataset open(Path base, Wanted wanted) {
    SourceFile file = SourceFile.of(base, path);
    Set<String> names = NamedArrays.named(inputs, targets, wanted);
    Set<String> known = dlt.tensor.Npz.types(file.path()).keySet();
    names.stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
      throw file.failure("has no array '" + name + "'" + Names.hint(name, known));
    });
    return NamedArrays.of(file, file.whole(() -> dlt.tensor.Npz.read(file.path(), names))).dataset(inputs, targets, batchDims, layout, wanted);
  }

  @Override
  public List<String> paths() {
    return List.of(path);
  }
}
