package dlt.data;

import dlt.config.Doc;
import dlt.config.Inline;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

@Doc("Named arrays in a file of NumPy's npz format; the first dimension counts the samples.")
public record Npz(@Inline ArrayArguments arguments) implements Source {
  @Override
  public Dataset open(Path base, Wanted wanted) {
    SourceFile file = arguments.file(base);
    Set<String> names = arguments.named(wanted);
    Set<String> known = dlt.tensor.Npz.types(file.path()).keySet();
    names.stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
      throw file.failure("has no array '" + name + "'" + Names.hint(name, known));
    });
    return arguments.dataset(NamedArrays.of(file, file.whole(() -> dlt.tensor.Npz.read(file.path(), names))), wanted);
  }

  @Override
  public List<String> paths() {
    return List.of(arguments.path());
  }
}
