package dlt.data;

import dlt.config.Default;
import dlt.config.Doc;
import dlt.config.Invalid;
import dlt.error.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

@Doc("A csv file with one row for each image of a folder.")
public record Labels(
    @Doc("The csv file.") String csv,
    @Doc("The column or columns to predict: one of classes or numbers, or several of numbers such as 0 and 1.") List<String> target,
    @Doc("The column of the images' names below the folder.") @Default("file") String file,
    @Doc("Cuts each value of the target column into labels, such as '|' in `cat|dog`: the target has a 0 or 1 for each label that occurs.")
        Optional<String> separator,
    @Doc("Columns that are a second input, `features`, beside the image.") @Default("[]") List<String> features,
    @Doc("What is added to every name in the file column, such as .jpg.") @Default("''") String suffix,
    @Doc("What to do about images of the folder that have no row.") @Default("error") Unlisted unlisted,
    @Doc("The character between two cells, or `tab`.") @Default("','") String delimiter) {
  /// What happens to images without a row.
  public enum Unlisted {
    @Doc("Stop and name one.") ERROR,
    @Doc("Leave them out.") IGNORE
  }

  public Labels {
    if (separator.isPresent() && target.size() != 1) {
      throw new Invalid("separator", "it beside " + target.size() + " target columns", "one target column whose values are cut");
    }
    if (separator.isPresent() && separator.get().isEmpty()) {
      throw new Invalid("separator", "an empty text", "what stands between two labels, such as '|'");
    }
    table(csv, target, features, delimiter); // says what is wrong with these
  }

  private static Csv table(String csv, List<String> target, List<String> features, String delimiter) {
    return new Csv(new TableArguments(csv, target, Optional.of(features), Map.of(), List.of(), Map.of(), Table.Missing.ERROR, Table.Unknown.ERROR, Optional.empty()),
        List.of(), delimiter);
  }

  /// The same in another file.
  Labels at(String other) {
    return new Labels(other, target, file, separator, features, suffix, unlisted, delimiter);
  }

  /// The images of `folder`, which `images` describes, in the order of the rows.
  Dataset open(Images images, ImageFolder folder, Path base, Wanted wanted) {
    SourceFile source = SourceFile.of(base, csv);
    boolean cut = separator.isPresent() && wanted.targets() != TargetKind.NONE;
    Set<String> texts = new HashSet<>(wanted.keys());
    texts.removeAll(ImageDataset.KEYS);
    texts.add(file);
    if (cut) {
      texts.add(target.getFirst());
    }
    Optional<Schema> beside =
        wanted.schema().map(s -> new Schema(s.inputs().subList(1, s.inputs().size()), separator.isPresent() ? List.of() : s.targets()));
    Wanted columns = new Wanted(separator.isPresent() ? TargetKind.NONE : wanted.targets(), wanted.named(), beside, texts);
    Csv table = table(csv, target, features, delimiter);
    Dataset rows = new TableReading(table, new CsvRows(source, table.form()), base, columns, true).dataset();
    List<SourceFile> files = files(folder, rows);
    ImageDataset pictures = new ImageDataset(new Schema(List.of(images.image()), List.of()), files, new int[0], images.applyExifOrientation());
    LabelledImages r =
        new LabelledImages(pictures, rows, source, files, cut ? Optional.of(cut(rows, wanted)) : Optional.empty());
    return wanted.checked(r, csv);
  }

  /// The image of each row.
  private List<SourceFile> files(ImageFolder folder, Dataset rows) {
    List<SourceFile> r = new ArrayList<>();
    Map<Path, Integer> seen = new HashMap<>();
    List<String> names = rows.key(file).orElseThrow();
    for (int row = 0; row < names.size(); row++) {
      String name = names.get(row) + suffix;
      if (names.get(row).isEmpty()) {
        throw failure(rows, row, "column '" + file + "': the image's name is missing");
      }
      Path path = folder.path().resolve(name).normalize();
      if (!Files.isRegularFile(path)) {
        throw failure(rows, row, "image '" + name + "': " + SourceFile.missing(path, "file"));
      }
      Integer before = seen.put(path, row);
      if (before != null) {
        throw failure(rows, row, "image '" + name + "' has a row already, " + rows.origin(before));
      }
      r.add(new SourceFile(Path.of(folder.name()).resolve(name).toString(), path));
    }
    if (unlisted == Unlisted.ERROR) {
      List<SourceFile> without = folder.images(folder.path()).stream().filter(f -> !seen.containsKey(f.path())).toList();
      if (!without.isEmpty()) {
        throw new Failure(
            Failure.Kind.DATA,
            without.getFirst().name() + ": has no row in " + csv + (without.size() > 1 ? ", nor have " + (without.size() - 1) + " others" : "")
                + "; add rows, or say `unlisted: ignore`");
      }
    }
    return r;
  }

  private LabelledImages.Several cut(Dataset rows, Wanted wanted) {
    String column = target.getFirst();
    if (wanted.kind(column) == TargetKind.CLASSES) {
      throw new Failure(
          Failure.Kind.DATA, csv + ": `separator` makes several labels of a value, but the loss wants one class; take bce_with_logits, say");
    }
    List<List<String>> values = new ArrayList<>();
    for (String text : rows.key(column).orElseThrow()) {
      values.add(split(text));
    }
    List<String> known = wanted.schema().map(s -> s.targets().getFirst().columns().stream().map(Column::name).toList()).orElse(List.of());
    List<String> labels = known.isEmpty() ? values.stream().flatMap(List::stream).distinct().sorted(CsvCell::compare).toList() : known;
    if (labels.isEmpty()) {
      throw new Failure(Failure.Kind.DATA, csv + ": column '" + column + "' has no labels at all");
    }
    for (int row = 0; row < values.size(); row++) {
      for (String label : values.get(row)) {
        if (!labels.contains(label)) {
          throw failure(rows, row, "column '" + column + "': '" + label + "' is none of the labels of the training data" + Names.hint(label, labels));
        }
      }
    }
    return new LabelledImages.Several(column, labels, values);
  }

  private List<String> split(String text) {
    List<String> r = new ArrayList<>();
    for (String label : text.split(Pattern.quote(separator.orElseThrow()))) {
      if (!label.isBlank()) {
        r.add(label.strip());
      }
    }
    return r;
  }

  private static Failure failure(Dataset rows, int row, String message) {
    return new Failure(Failure.Kind.DATA, rows.origin(row) + ": " + message);
  }
}
