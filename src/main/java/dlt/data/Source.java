package dlt.data;

import dlt.config.Doc;
import dlt.config.IntPair;
import dlt.error.Failure;
import dlt.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Where samples come from: one record for each kind, its components are the arguments in the experiment file.
@Doc("Where samples come from.")
public sealed interface Source permits Table, Text, Idx, Npz, Npy, Safetensors, Hdf5, Images, ImageMasks, Synthetic, Composition {
  /// Opens the data; relative paths count from the folder `base`. Throws Failure(DATA) with file and place where something is
  /// missing, damaged or not as `wanted`.
  Dataset open(Path base, Wanted wanted);

  /// What its samples are, where its arguments alone say so and nothing has to be read.
  default Optional<Schema> declared(Wanted wanted) {
    return Optional.empty();
  }

  /// Whether opening it reads nothing, so that nobody gains by looking at what is declared first.
  default boolean readsNothing() {
    return false;
  }

  /// The files or folders that it names, as they are written.
  List<String> paths();

  /// Whether images are turned as their EXIF orientation says.
  default boolean applyExifOrientation() {
    return false;
  }

  /// Preprocessing that the source's own arguments ask for, before the experiment's.
  default List<Preprocess> preprocess() {
    return List.of();
  }

  /// The parts of its data as the model sees them. A source whose samples are composed of several, such as pairs, composes
  /// them here, after the split, so that no part sees anything of another. `wanted` is what it was opened with, `seed` the
  /// experiment's.
  default Parts settled(Parts parts, Wanted wanted, long seed) {
    return parts;
  }

  /// A source like `trained` (the one a model was trained on) for other data in `file`, whose name tells its format (csv,
  /// tsv, parquet, jsonl, txt, npz, npy, safetensors, h5, hdf5, an image, or a folder of images; whatever else for a model that was trained on idx
  /// files is one of images). Its path counts from the `base` that it is opened with. Throws Failure(USAGE) for other names.
  static Source of(Path file, Source trained, Schema schema) {
    if (trained instanceof Composition c && (Files.isDirectory(file) || !arrays(file))) {
      Schema member = new Schema(schema.inputs().subList(0, schema.inputs().size() / c.members().size()), List.of());
      Source of = of(file, c.of(), member);
      return switch (c) {
        case Pairs p -> new Pairs(of, p.alike(), p.different());
        case RankedPairs _ -> new RankedPairs(of);
        case Triplets _ -> new Triplets(of);
      };
    }
    if (Files.isDirectory(file) || ImageFile.named(file)) {
      return ofImages(file, trained, schema.inputs().getFirst().type().shape());
    }
    String path = file.toString();
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    String plain = name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
    if (plain.endsWith(".csv") || plain.endsWith(".tsv")) {
      return ofCsv(file, plain.endsWith(".tsv"), trained, schema);
    }
    if (name.endsWith(".parquet")) {
      return trained instanceof Table table ? new Parquet(table.arguments().at(path), table.missingValues())
          : new Parquet(TableArguments.numbers(path, schema.inputs().getFirst().type().shape()), List.of());
    }
    if (TableSurvey.lines(file)) {
      return trained instanceof Table table ? new Jsonl(table.arguments().at(path), table.missingValues())
          : new Jsonl(TableArguments.numbers(path, schema.inputs().getFirst().type().shape()), List.of());
    }
    if (name.endsWith(".npz")) {
      return new Npz(trained instanceof Npz npz ? npz.arguments().at(path) : ArrayArguments.of(path, schema));
    }
    if (name.endsWith(".safetensors")) {
      return new Safetensors(trained instanceof Safetensors s ? s.arguments().at(path) : ArrayArguments.of(path, schema));
    }
    if (Hdf5.named(name)) {
      return new Hdf5(trained instanceof Hdf5 h ? h.arguments().at(path) : ArrayArguments.of(path, schema));
    }
    if (name.endsWith(".npy")) {
      return trained instanceof Npy npy ? npy.at(path) : new Npy(List.of(path), List.of(), 1, ImageLayout.CHW);
    }
    if (plain.endsWith(".txt") && trained instanceof Text text) {
      return text.at(path);
    }
    if (trained instanceof Idx) {
      return new Idx(path, Optional.empty());
    }
    throw new Failure(Failure.Kind.USAGE, path + ": data are read from csv, tsv, parquet, jsonl, txt (running text), npz, npy, safetensors, h5 and hdf5 files, images and folders of images; take another name");
  }

  private static Source ofImages(Path file, Source trained, Shape image) {
    if (image.rank() != 3 || image.dim(0) != 1 && image.dim(0) != 3) {
      throw new Failure(Failure.Kind.USAGE, file + ": is " + (Files.isDirectory(file) ? "a folder" : "an image") + ", and the model's inputs are no images but " + image);
    }
    return trained instanceof ImageMasks m && m.paired(file) ? m.below(file.toString())
        : new Images(file.toString(), new IntPair(image.dim(1), image.dim(2)), image.dim(0), Optional.empty(), trained.applyExifOrientation());
  }

  private static Source ofCsv(Path file, boolean tabs, Source trained, Schema schema) {
    String path = file.toString();
    String delimiter = tabs ? "tab" : ",";
    if (trained instanceof Csv csv) {
      // where the two names say different things, each is as it is called
      return csv.at(path, tabs == csv.arguments().path().toLowerCase(Locale.ROOT).contains(".tsv") || !tabs && !csv.delimiter().equals("tab") ? csv.delimiter() : delimiter);
    }
    if (trained instanceof Images i && i.labels().isPresent()) {
      String folder = file.getParent() == null ? "." : file.getParent().toString();
      return new Images(folder, i.size(), i.channels(), i.labels().map(l -> l.at(path)), i.applyExifOrientation());
    }
    return trained instanceof Table table ? new Csv(table.arguments().at(path), table.missingValues(), delimiter)
        : new Csv(TableArguments.numbers(path, schema.inputs().getFirst().type().shape()), List.of(), delimiter);
  }

  /// Whether the file holds named arrays, so that pairs in it are ready-made.
  private static boolean arrays(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".npz") || name.endsWith(".safetensors") || Hdf5.named(name);
  }
}
