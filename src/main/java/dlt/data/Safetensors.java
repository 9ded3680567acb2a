package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Range;
import dlt.tensor.HostTensor;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;

@Doc("Named arrays in a file of the safetensors format; the first dimension counts the samples.")
public record Safetensors(
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
    SequencedMap<String, HostTensor> arrays = file.large() ? file.whole(() -> dlt.tensor.Safetensors.map(file.path())) : dlt.tensor.Safetensors.read(file.path());
    return NamedArrays.of(file, arrays).dataset(inputs, targets, batchDims, layout, wanted);
  }

  @Override
  public List<String> paths() {
    return List.of(path);
  }
}
