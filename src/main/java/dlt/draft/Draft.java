package dlt.draft;

import dlt.data.ArraySurvey;
import dlt.data.MaskSurvey;
import dlt.data.TableSurvey;
import dlt.error.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// An experiment of this name as the text of its file, and what was seen in the data, a line each.
public record Draft(String name, String yaml, List<String> seen) {
  /// A draft for `data`: a table (csv, tsv, parquet, jsonl), a running text (txt), images and labels in idx format, arrays (npz, npy, hdf5), or a folder with
  /// a folder of images for each class or one of images and one of masks. `target` names the column or array to predict, where it cannot be guessed;
  /// `written` is how the experiment file will name the data. Throws a [Failure] of kind USAGE for other data, of kind
  /// DATA for damaged ones.
  public static Draft of(Path data, Optional<String> target, String written) {
    if (!Files.exists(data)) {
      throw new Failure(Failure.Kind.DATA, data + ": there is no such file or folder");
    }
    Path last = data.toAbsolutePath().normalize().getFileName();
    String file = last == null ? "" : last.toString();
    String name = name(file);
    if (Files.isDirectory(data)) {
      return MaskSurvey.of(data, IMAGES_LOOKED_AT).map(masks -> new MasksDraft(data, name, written, masks).draft())
          .orElseGet(() -> new FolderDraft(data, name, written).draft());
    }
    if (TableSurvey.reads(data)) {
      return new TableDraft(data, name, written, target).draft();
    }
    if (TextDraft.reads(data)) {
      return new TextDraft(data, name, written).draft();
    }
    String lower = file.toLowerCase(Locale.ROOT);
    if (lower.contains("idx") || lower.contains("ubyte")) {
      return new IdxDraft(data, name, written).draft();
    }
    if (ArraySurvey.reads(data)) {
      return new ArraysDraft(data, name, written, target).draft();
    }
    throw new Failure(Failure.Kind.USAGE, data + ": data are read from csv, tsv, parquet, jsonl, txt, idx, npz, npy, hdf5 and folders with a folder of images for each class, or one of images and one of masks");
  }

  /// The experiment's name for data of this one: what of it may stand in a folder's name.
  private static String name(String file) {
    String name = file.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "-").replaceAll("-(csv|tsv|parquet|jsonl|ndjson|txt|npz|npy|h5|hdf5|gz|ubyte)\\b", "")
        .replaceAll("-+", "-").replaceAll("^-|-$", "");
    return name.isEmpty() ? "experiment" : name;
  }

  /// So many images of a folder, or about so many, tell their sizes.
  static final int IMAGES_LOOKED_AT = 50;

  /// The name of the target where the user gave none.
  static final List<String> TARGET_NAMES = List.of("target", "label", "labels", "class", "y", "outcome", "train_set_y", "targets", "train_labels", "y_train");
}
