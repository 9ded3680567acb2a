package dlt.data;

import dlt.config.Doc;
import dlt.config.Inline;
import dlt.tensor.HostTensor;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;

@Doc("Named arrays in a file of the safetensors format; the first dimension counts the samples.")
public record Safetensors(@Inline ArrayArguments arguments) implements Source {
  @Override
  public Dataset open(Path base, Wanted wanted) {
    SourceFile file = arguments.file(base);
    SequencedMap<String, HostTensor> arrays = file.large() ? file.whole(() -> dlt.tensor.Safetensors.map(file.path())) : dlt.tensor.Safetensors.read(file.path());
    return arguments.dataset(NamedArrays.of(file, arrays), wanted);
  }

  @Override
  public List<String> paths() {
    return List.of(arguments.path());
  }
}
