package dlt.infer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The folder `onnxruntime-java...` among the temporary files to which ONNX Runtime unpacks its libraries in each process. At the
/// process's end it removes what is in there, not the folder itself, and nothing where the process is killed.
final class UnpackedLibraries {
  private static final Path MAPPED = Path.of("/proc/self/maps");
  private static final String FOLDER = "onnxruntime-java";

  private UnpackedLibraries() {}

  /// Removes the folder of this process once the libraries are loaded: the system keeps what is mapped for as long as it is. Where
  /// that cannot be done, ONNX Runtime's own way remains.
  static void remove() {
    try (Stream<String> mapped = Files.lines(MAPPED)) {
      Set<Path> folders = mapped.filter(line -> line.contains("/" + FOLDER)).map(line -> Path.of(line.substring(line.indexOf('/'))).getParent())
          .filter(folder -> folder.getFileName().toString().startsWith(FOLDER) && Files.isDirectory(folder)).collect(Collectors.toSet());
      for (Path folder : folders) {
        remove(folder);
      }
    } catch (IOException | UncheckedIOException e) {
      // a system without such a list or with names in it that are no UTF-8, or one that keeps the files of loaded libraries
    }
  }

  private static void remove(Path folder) throws IOException {
    try (DirectoryStream<Path> libraries = Files.newDirectoryStream(folder)) {
      for (Path library : libraries) {
        Files.delete(library);
      }
    }
    Files.delete(folder);
  }
}
