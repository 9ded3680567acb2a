package dlt.draft;

import dlt.error.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// An experiment file as text, and what was seen in the data, a line each.
public record Draft(String yaml, List<String> seen) {
  /// A draft for `data`: a table (csv, tsv, parquet), images and labels in idx format, arrays (npz, hdf5), or a folder with
  /// a folder of images for each class. `target` names the column or array to predict, where it cannot be guessed;
  /// `written` is how the experiment file will name the data. Throws a [Failure] of kind USAGE for other data, of kind
  /// DATA for damaged ones.
  public static Draft of(Path data, Optional<String> target, String written) {
    if (!Files.exists(data)) {
      throw new Failure(Failure.Kind.DATA, data + ": there is no such file or folder");
    }
    String file = data.toAbsolutePath().normalize().getFileName().toString();
    String name = file.replaceAll("[^A-Za-z0-9_-]", "-").replaceAll("-(csv|tsv|parquet|npz|h5|hdf5|gz|ubyte)\\b", "").replaceAll("-+", "-").toLowerCase(Locale.ROOT);
    if (Files.isDirectory(data)) {
      return new FolderDraft(data, name, written).draft();
    }
    if (dlt.data.TableSurvey.reads(data)) {
      return new TableDraft(data, name, written, target).draft();
    }
    String lower = file.toLowerCase(Locale.ROOT);
    if (lower.contains("idx") || lower.contains("ubyte")) {
      return new IdxDraft(data, name, written).draft();
    }
    if (lower.endsWith(".npz") || lower.endsWith(".h5") || lower.endsWith(".hdf5")) {
      return new ArraysDraft(data, name, written, target).draft();
    }
    throw new Failure(Failure.Kind.USAGE, data + ": data are read from csv, tsv, parquet, idx, npz, hdf5 and folders with a folder of images for each class");
  }

  /// The name of the target where the user gave none.
  static final List<String> TARGET_NAMES = List.of("target", "label", "labels", "class", "y", "outcome", "train_set_y", "targets", "train_labels", "y_train");
}
