package dlt.data;

import dlt.config.Doc;
import dlt.config.Range;
import dlt.config.Default;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

@Doc("Made-up data for measurements: inputs uniform in [-1, 1), and one of `classes`, `labels` and `values` as target.")
public record Synthetic(
    @Doc("The number of samples.") @Range(min = 1) int samples,
    @Doc("The shape of one input.") @Range(min = 1) List<Integer> shape,
    @Doc("The number of classes; the inputs of a class share a pattern, so that it can be learned.") @Range(min = 2) Optional<Integer> classes,
    @Doc("The shape of a target of zeros and ones.") @Range(min = 1) Optional<List<Integer>> labels,
    @Doc("The shape of a target of numbers in [-1, 1).") @Range(min = 1) Optional<List<Integer>> values,
    @Doc("Other seeds, other data.") @Default("0") long seed)
    implements Source {
  @Override
  public Dataset open(Path base, Wanted wanted) {
    throw new UnsupportedOperationException("Synthetic.open");
  }

  @Override
  public List<String> paths() {
    return List.of();
  }
}
