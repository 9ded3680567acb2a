package dlt.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Looks through data for ways in which validation and test know what the model learned from, for features that should be
/// none, for targets that teach nothing, and for images that people see otherwise. Statistics of the preprocessing cannot be among them: they are those of the training part alone.
public final class Leakage {
  private Leakage() {}

  /// What every training warns of, a line each: targets that are always the same, and duplicates; with `all`, of large data and files that
  /// have to be decoded too. Throws Failure(DATA) where a sample cannot be read.
  public static List<String> warnings(Division division, boolean all) {
    return always(division, all).map(Finding::text).toList();
  }

  private static Stream<Finding> always(Division division, boolean all) {
    return Stream.of(lying(division), ConstantTargets.findings(division), Duplicates.findings(division, all)).flatMap(List::stream);
  }

  /// Images that labelling tools show otherwise than the model sees them: labels and masks are then of another picture.
  private static List<Finding> lying(Division division) {
    List<SourceFile> lying = division.whole().all().stream().map(Part::dataset).distinct().flatMap(d -> d instanceof FileImages f ? f.lying().stream() : Stream.empty()).toList();
    return lying.isEmpty() ? List.of() : List.of(new Finding(Finding.Severity.WARNING, Finding.Rule.LYING_IMAGES, lying.getFirst().name(),
        lying.size() + (lying.size() == 1 ? " image is" : " images are") + " turned by the EXIF orientation where people look at " + (lying.size() == 1 ? "it" : "them") + ", such as "
            + lying.getFirst().name() + ", and the model sees " + (lying.size() == 1 ? "it" : "them") + " as stored", "`apply_exif_orientation: true` turns them"));
  }

  /// All findings, of several trainings those of the first where they depend on the split. `base` is the folder of the
  /// experiment file. Throws Failure(DATA) where a sample cannot be read.
  public static List<Finding> findings(Data data, Path base, Division division) {
    List<Finding> r = new ArrayList<>(always(division, true).toList());
    if (data.train() instanceof Composition || data.train() instanceof Synthetic) {
      return List.copyOf(r); // pairs share their members by design
    }
    Parts parts = division.trainings().getFirst();
    NearDuplicates.of(parts).ifPresent(r::add);
    r.addAll(FeatureFindings.of(parts.train()));
    r.addAll(ColumnFindings.of(data, base, parts));
    return List.copyOf(r);
  }
}
