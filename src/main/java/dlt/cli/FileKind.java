package dlt.cli;

import dlt.error.Failure;
import dlt.report.ModelCard;
import dlt.run.RunDirectory;
import dlt.train.Predictions;
import dlt.train.SavedModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// A kind of file that commands write, known by how such files begin. One rule says what a named file may replace: an empty file, or one of
/// the same kind that is neither read by the experiment nor part of a run. So a script may write the same file every day, and
/// a name that was meant for something else costs nobody their data. Nor does what people go on writing, a card, cost them their words.
record FileKind(String noun, Sign sign) {
  static final FileKind ONNX = starting("ONNX model", "\\x08.[\\x12\\x1a\\x22\\x2a\\x32\\x3a\\x42]");
  static final FileKind SAFETENSORS = starting("safetensors file", ".{4}\\x00{4}\\{");
  static final FileKind CARD = new FileKind("model card as dlt wrote it", file -> ModelCard.untouched(Files.readAllBytes(file)));
  static final FileKind PAGE = starting("HTML page", "\\s*<(?i:!doctype html|html)");
  static final FileKind JUNIT = starting("JUnit report", "\\s*<(\\?xml|testsuite).*<testsuite");
  static final FileKind MASK = starting("mask in a palette", "\\x89PNG.{21}\\x03");
  private static final FileKind TEXT = new FileKind("empty file, and a text may be anybody's", _ -> false);
  private static final FileKind NPY = starting("npy array", "\\x93NUMPY");
  private static final FileKind NPZ = starting("npz file", "PK\\x03\\x04");

  private static final int LOOKED_AT = 4096;

  /// Tells files of a kind from others.
  interface Sign {
    boolean isIn(Path file) throws IOException;
  }

  private static FileKind starting(String noun, String beginning) {
    Pattern pattern = Pattern.compile(beginning, Pattern.DOTALL);
    return new FileKind(noun, file -> pattern.matcher(head(file)).lookingAt());
  }

  /// What predictions of `model` in `file` are, by its name.
  static FileKind predictions(SavedModel model, Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".npy")) {
      return NPY;
    }
    if (name.endsWith(".npz")) {
      return NPZ;
    }
    if (name.endsWith(".txt") && model.writes()) {
      return TEXT;
    }
    if (lines(file)) {
      return starting("file of predictions", "\\{(\"file\":\"([^\"\\\\]|\\\\.)*\",)?\"(prediction|" + Pattern.quote(model.assembly().outputs().firstEntry().getKey()) + ")\"");
    }
    String first = new Predictions(model, false).header(false).split("[,\n]", 2)[0];
    return starting("table of predictions", "(file,)?(prediction|" + Pattern.quote(new String(first.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)) + ")[,_\n]");
  }

  /// Whether the name is one of JSON lines.
  static boolean lines(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".json") || name.endsWith(".jsonl");
  }

  /// Throws a [Failure] of kind USAGE where a file of another kind is at `file`, which `option` names, or one that is part of a run and not
  /// what is made anew, `own`; of kind OUTPUT where its folder may not be written to, which is better known before the work than after it.
  void requireReplaceable(String option, Path file, Optional<Path> own) {
    requireKind(option, file);
    requireWritable(file);
    if (own.filter(o -> same(o, file)).isEmpty()) {
      RunDirectory.holding(file).ifPresent(run -> {
        throw refused(option, file, "is part of the run in " + run.path() + ", which would be written over; name another file");
      });
    }
  }

  /// As above, and where the experiment of `model` reads the file.
  void requireReplaceable(String option, Path file, SavedModel model, Optional<Path> own) {
    requireReplaceable(option, file, own);
    if (model.reads().stream().anyMatch(read -> same(read, file))) {
      throw refused(option, file, "is what the experiment reads, which would be written over; name another file");
    }
  }

  /// The new file is made beside the old one, where that really lies.
  private static void requireWritable(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw Failure.unwritable(file, new FileSystemException(file.toString(), null, "it is a folder"));
      }
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        return; // written to as it is; a pipe behind /dev/stdout has no place
      }
      Path folder = (Files.exists(file) ? file.toRealPath() : file.toAbsolutePath()).getParent();
      if (Files.isDirectory(folder) && !Files.isWritable(folder)) {
        throw Failure.unwritable(file, new AccessDeniedException(folder.toString()));
      }
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }

  /// Throws a [Failure] of kind USAGE where a file of another kind is at `file`.
  void requireKind(String option, Path file) {
    try {
      if (Files.isRegularFile(file) && Files.size(file) > 0 && !sign.isIn(file)) {
        throw refused(option, file, "is there already and is no " + noun + "; remove it, or name another file");
      }
    } catch (IOException e) {
      throw refused(option, file, "is there already, and what it is cannot be read (" + Failure.reason(e) + "); remove it, or name another file");
    }
  }

  /// Whether both are the same file, or would be.
  static boolean same(Path a, Path b) {
    try {
      return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize()) || Files.exists(a) && Files.exists(b) && Files.isSameFile(a, b);
    } catch (IOException e) {
      return false;
    }
  }

  private static Failure refused(String option, Path file, String why) {
    return new Failure(Failure.Kind.USAGE, option + " " + file + ": " + why);
  }

  private static String head(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(LOOKED_AT), StandardCharsets.ISO_8859_1);
    }
  }
}
