package dlt.run;

import dlt.error.Failure;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Writes files that appear whole or not at all: a temporary file beside it, forced to disk, renamed over the old one,
/// and the folder forced too.
public final class AtomicFile {
  /// Writes the content of a file.
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  /// Replaces `file` by `content`. Throws a [Failure] of kind OUTPUT that names the file; the old file, if any, is then
  /// still there.
  public static void write(Path file, Content content) {
    Path folder = file.toAbsolutePath().getParent();
    Path temporary = folder.resolve("." + file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    try {
      Files.createDirectories(folder);
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 20);
        content.writeTo(out);
        out.flush();
        channel.force(true);
      }
      rename(temporary, file);
    } catch (IOException e) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException ignored) {
        // the first failure is the one to report
      }
      throw new Failure(Failure.Kind.OUTPUT, file + ": could not be written: " + reason(e) + "; free some space or choose another place with --out", e);
    }
  }

  /// Gives a complete file of the same folder its name. Throws a [Failure] of kind OUTPUT.
  public static void rename(Path complete, Path file) {
    try {
      Files.move(complete, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
        folder.force(true);
      }
    } catch (IOException e) {
      throw new Failure(Failure.Kind.OUTPUT, file + ": could not be written: " + reason(e), e);
    }
  }

  /// What an I/O exception says, in a person's words.
  public static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      case java.nio.file.NoSuchFileException n -> n.getFile() + " does not exist";
      case java.nio.file.FileSystemException f when f.getReason() != null -> f.getReason();
      default -> e.getMessage();
    };
  }
}
