package dlt.run;

import dlt.error.Failure;
import dlt.error.Folder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Writes files that appear whole or not at all: a temporary file beside it, forced to disk, renamed over the old one,
/// and the folder forced too. Behind a symbolic link it is the file that the link leads to. What is there already and no file, such
/// as a pipe or `/dev/stdout`, is written to as it is.
public final class AtomicFile {
  private static final int BUFFER = 1 << 20;
  private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.(\\d{1,18})\\.tmp");

  /// Writes the content of a file.
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  /// Replaces `file` by `text` in UTF-8, as the others do.
  public static void write(Path file, String text) {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /// Replaces `file` by `content`. Throws a [Failure] of kind OUTPUT that names the file; the old file, if any, is then
  /// still there, and so it is after anything else that `content` throws.
  public static void write(Path file, Content content) {
    try {
      if (isStream(file)) {
        stream(file, content);
      } else {
        replace(file, content, _ -> null);
      }
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }

  /// Replaces `file` by `content` once `check` has seen it in a temporary file, and gives what `check` gives; what that throws leaves
  /// the old file as it is.
  public static <T> T write(Path file, Content content, Function<Path, T> check) {
    try {
      if (isStream(file)) {
        Path whole = Files.createTempFile("dlt", null);
        try {
          T checked = replace(whole, content, check);
          stream(file, out -> Files.copy(whole, out));
          return checked;
        } finally {
          Files.delete(whole);
        }
      }
      return replace(file, content, check);
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }

  /// Removes what processes that were killed while they wrote left in `folder`.
  static void removeAbandoned(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    for (Path file : Folder.entries(folder)) {
      Matcher m = TEMPORARY.matcher(file.getFileName().toString());
      if (m.matches() && ProcessHandle.of(Long.parseLong(m.group(1))).isEmpty()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static boolean isStream(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "it is a folder");
    }
    return Files.exists(file) && !Files.isRegularFile(file);
  }

  private static void stream(Path file, Content content) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.WRITE), BUFFER)) {
      content.writeTo(out);
    }
  }

  private static <T> T replace(Path named, Content content, Function<Path, T> check) throws IOException {
    Path file = Files.exists(named) ? named.toRealPath() : named.toAbsolutePath();
    Path temporary = file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    Files.createDirectories(file.getParent());
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
        content.writeTo(out);
        out.flush();
        channel.force(true);
      }
      T checked = check.apply(temporary);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
        folder.force(true);
      }
      return checked;
    } catch (IOException | RuntimeException | Error e) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException ignored) {
        // the first failure is the one to report
      }
      throw e;
    }
  }
}
