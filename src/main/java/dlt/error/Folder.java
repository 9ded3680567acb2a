package dlt.error;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What lies in a folder, read whole: the streams of [Files] throw an unchecked exception where a disk fails after the first entries, which
/// those who list a folder forget to expect.
public final class Folder {
  private Folder() {}

  /// What lies in `folder`, in the order of the names.
  public static List<Path> entries(Path folder) throws IOException {
    return whole(Files.list(folder));
  }

  /// `folder` and all that lies in it and below it, in the order of the paths.
  public static List<Path> tree(Path folder, FileVisitOption... options) throws IOException {
    return whole(Files.walk(folder, options));
  }

  private static List<Path> whole(Stream<Path> stream) throws IOException {
    try (stream) {
      return stream.sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
