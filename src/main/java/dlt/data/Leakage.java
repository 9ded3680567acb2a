package dlt.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Looks through data for ways in which validation and test know what the model learned from, for features that should be
/// none, and for targets that teach nothing. Statistics of the preprocessing cannot be among them: they are those of the training part alone.
public final class Leakage {
  private Leakage() {}

  /// What every training warns of, a line each: targets that are always the same, and duplicates; with `all`, of large data and files that
  /// have to be decoded too. Throws Failure(DATA) where a sample cannot be read.
  public static List<String> warnings(Division division, boolean all) {
    return Stream.concat(ConstantTargets.findings(division).stream(), Duplicates.findings(division, all).stream()).map(Finding::text).toList();
  }

  /// All findings, of several trainings those of the first where they depend on the split. `base` is the folder of the
  /// experiment file. Throws Failure(DATA) where a sample cannot be read.
  public static List<Finding> findings(Data data, Path base, Division division) {
    List<Finding> r = new ArrayList<>(ConstantTargets.findings(division));
    r.addAll(Duplicates.findings(division, true));
    if (data.train() instanceof Composition || data.train() instanceof Synthetic) {
      return r; // pairs share their members by design
    }
    Parts parts = division.trainings().getFirst();
    NearDuplicates.of(parts).ifPresent(r::add);
    r.addAll(FeatureFindings.of(parts.train()));
    r.addAll(ColumnFindings.of(data, base, parts));
    return List.copyOf(r);
  }
}
