package dlt.data;

import dlt.error.Failure;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;

/// A file of a source: `name` is what messages call it.
record SourceFile(String name, Path path) {
  /// Bytes of a [#large] file.
  static final long LARGE = 1L << 30;

  /// The file that the experiment file calls `name`. Throws Failure(DATA) where there is none.
  static SourceFile of(Path base, String name) {
    SourceFile file = new SourceFile(name, resolve(base, name));
    if (!Files.isRegularFile(file.path)) {
      throw file.failure(missing(file.path, "file"));
    }
    return file;
  }

  /// `name` below `base`, or `name` itself where it is absolute.
  static Path resolve(Path base, String name) {
    return base.resolve(name).toAbsolutePath().normalize();
  }

  /// Says that there is no `what` at `path`.
  static String missing(Path path, String what) {
    return Files.exists(path) ? "is not a " + what + " (" + path + ")" : "no such " + what + " (looked for " + path + ")";
  }

  /// Whether its arrays are better left in the file than read into memory.
  boolean large() {
    return path.toFile().length() >= LARGE;
  }

  /// What `read` gives, which reads all of the file. Throws Failure(DATA) where that does not fit into memory.
  <T> T whole(Supplier<T> read) {
    try {
      return read.get();
    } catch (OutOfMemoryError e) {
      String sizes = String.format(Locale.ROOT, "%.1f GB on disk, %.1f GB of memory left", path.toFile().length() / 1e9, Room.left() / 1e9);
      throw new Failure(
          Failure.Kind.DATA, name + ": does not fit into memory (" + sizes + "); npy, safetensors and hdf5 files are read as they are needed", e);
    }
  }

  /// The contents, unzipped where the first two bytes are gzip's.
  InputStream open() throws IOException {
    BufferedInputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
    try {
      in.mark(2);
      boolean zipped = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      return zipped ? new BufferedInputStream(new GZIPInputStream(in, 1 << 16), 1 << 16) : in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /// The contents as text: UTF-8, with or without a byte order mark.
  BufferedReader text() throws IOException {
    BufferedReader text = new BufferedReader(new InputStreamReader(open(), StandardCharsets.UTF_8.newDecoder()));
    try {
      text.mark(1);
      if (text.read() != '\uFEFF') {
        text.reset();
      }
      return text;
    } catch (IOException e) {
      text.close();
      throw e;
    }
  }

  Failure failure(String message) {
    return new Failure(Failure.Kind.DATA, name + ": " + message);
  }

  /// A failure of reading or unpacking.
  Failure failure(IOException e) {
    String why = e instanceof NoSuchFileException ? missing(path, "file") : Failure.reason(e);
    return new Failure(Failure.Kind.DATA, name + ": cannot be read: " + why, e);
  }

  /// What lies behind all else.
  static Throwable root(Throwable e) {
    return e.getCause() == null ? e : root(e.getCause());
  }

  /// What the root of a library's exception says, which is not written for users but all there is.
  static String why(Throwable e) {
    Throwable root = root(e);
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  /// See [Dataset#hash].
  static String hash(List<SourceFile> files) {
    if (files.size() == 1) {
      return files.getFirst().hash();
    }
    MessageDigest all = sha256();
    for (SourceFile file : files) {
      all.update((file.hash() + "  " + file.name + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(all.digest());
  }

  private String hash() {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(path)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    } catch (IOException e) {
      throw failure(e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }
}
