package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

@Doc("Arrays in files of NumPy's npy format; the first dimension counts the samples.")
public record Npy(
    @Doc("The file or files that are inputs.") List<String> inputs,
    @Doc("The file or files that are targets.") @Default("[]") List<String> targets,
    @Doc("How many leading dimensions count the samples together.") @Default("1") @Range(min = 1) int batchDims,
    @Doc("How the images lie in the file.") @Default("chw") ImageLayout layout)
    implements Source {
  public Npy {
    NamedArrays.requireSome(inputs);
  }

  @Override
  public Dataset open(Path base, Wanted wanted) {
    return NamedArrays.of(base, List.copyOf(NamedArrays.named(inputs, targets, wanted))).dataset(inputs, targets, batchDims, layout, wanted);
  }

  /// The same of inputs alone, in another file.
  Npy at(String input) {
    return new Npy(List.of(input), List.of(), batchDims, layout);
  }

  @Override
  public List<String> paths() {
    return Stream.concat(inputs.stream(), targets.stream()).toList();
  }
}
