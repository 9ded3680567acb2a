package dlt.run;

import dlt.error.Failure;
import dlt.error.Folder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Writes files that appear whole or not at all: a temporary file beside it, forced to disk, renamed over the old one,
/// and the folder forced too. Behind a symbolic link it is the file that the link leads to. What is there already and no file, such
/// as a pipe or `/dev/stdout`, is written to as it is.
public final class AtomicFile {
  private static final int BUFFER = 1 << 20;
  private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.(\\d{1,18})(-\\w+)?\\.tmp");

  /// Writes the content of a file.
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /// Files that are being written. What a signal that ends the process leaves of them nobody would look for.
  private static final Set<Path> UNFINISHED = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> UNFINISHED.forEach(file -> file.toFile().delete())));
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

  /// Makes `file` of `text` where nothing has its name; of several who do so at once one does, and to the others this is false. Throws a
  /// [Failure] of kind OUTPUT that names the file.
  public static boolean create(Path file, String text) {
    try {
      Path absolute = file.toAbsolutePath();
      Path whole = temporary(absolute);
      try {
        written(whole, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
        link(whole, absolute);
      } finally {
        Files.deleteIfExists(whole);
        UNFINISHED.remove(whole);
      }
      force(absolute.getParent());
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }

  /// Gives `whole` the name `file`, unless something has it.
  private static void link(Path whole, Path file) throws IOException {
    try {
      Files.createLink(file, whole);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) { // a disk without links, such as a shared folder of a virtual machine
      Files.createFile(file);
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /// Removes what processes that were killed while they wrote left in `folder`.
  static void removeAbandoned(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    for (Path file : Folder.entries(folder)) {
      Matcher m = TEMPORARY.matcher(file.getFileName().toString());
      if (m.matches() && !mayWrite(Long.parseLong(m.group(1)), file)) {
        Files.deleteIfExists(file);
      }
    }
  }

  /// Whether the process of this number is there and not a later one: in a container every one may have the same.
  private static boolean mayWrite(long pid, Path file) throws IOException {
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    Optional<Instant> start = process.flatMap(p -> p.info().startInstant());
    return process.isPresent() && (start.isEmpty() || !Files.getLastModifiedTime(file).toInstant().isBefore(start.get().minusSeconds(1)));
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
    Path temporary = temporary(file);
    try {
      written(temporary, content);
      T checked = check.apply(temporary);
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      force(file.getParent());
      return checked;
    } catch (IOException | RuntimeException | Error e) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException ignored) {
        // the first failure is the one to report
      }
      throw e;
    } finally {
      UNFINISHED.remove(temporary);
    }
  }

  /// A name beside `file`, in a folder that is there, that no other has: processes in two containers may have one number.
  private static Path temporary(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    return file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid() + "-" + Long.toString(System.nanoTime() & Long.MAX_VALUE, Character.MAX_RADIX) + ".tmp");
  }

  private static void written(Path file, Content content) throws IOException {
    UNFINISHED.add(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
      content.writeTo(out);
      out.flush();
      channel.force(true);
    }
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
