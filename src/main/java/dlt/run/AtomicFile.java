package dlt.run;

import dlt.error.Failure;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Writes files that appear whole or not at all: a temporary file beside it, forced to disk, renamed over the old one,
/// and the folder forced too. Behind a symbolic link it is the file that the link leads to. What is there already and no file, such
/// as a pipe or `/dev/stdout`, is written to as it is.
public final class AtomicFile {
  /// Writes the content of a file.
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  /// Replaces `file` by `content`. Throws a [Failure] of kind OUTPUT that names the file; the old file, if any, is then
  /// still there, and so it is after anything else that `content` throws.
  public static void write(Path file, Content content) {
    try {
      if (Files.isDirectory(file)) {
        throw new FileSystemException(file.toString(), null, "it is a folder");
      }
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.WRITE), 1 << 20)) {
          content.writeTo(out);
        }
        return;
      }
      replace(Files.exists(file) ? file.toRealPath() : file.toAbsolutePath(), content);
    } catch (IOException e) {
      throw new Failure(Failure.Kind.OUTPUT, file + ": could not be written: " + Failure.reason(e) + "; free some space, or choose another place", e);
    }
  }

  private static void replace(Path file, Content content) throws IOException {
    Path temporary = file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    Files.createDirectories(file.getParent());
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 20);
        content.writeTo(out);
        out.flush();
        channel.force(true);
      }
      move(temporary, file);
    } catch (IOException | RuntimeException | Error e) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException ignored) {
        // the first failure is the one to report
      }
      throw e;
    }
  }

  /// Gives a complete file of the same folder its name. Throws a [Failure] of kind OUTPUT.
  public static void rename(Path complete, Path file) {
    try {
      move(complete, file);
    } catch (IOException e) {
      throw new Failure(Failure.Kind.OUTPUT, file + ": could not be written: " + Failure.reason(e), e);
    }
  }

  private static void move(Path complete, Path file) throws IOException {
    Files.move(complete, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
