package dlt.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  private static void write(Path file, String text) {
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theOldFileStaysAndNothingElseWhateverTheContentThrows() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "old");
    for (RuntimeException e : List.of(new Failure(Failure.Kind.DATA, "data.csv:3: is no number"), new IllegalStateException())) {
      assertThatThrownBy(() -> AtomicFile.write(file, out -> {
        out.write(1);
        throw e;
      })).isSameAs(e);
    }
    assertThat(names()).containsExactly("a");
    assertThat(file).hasContent("old");
  }

  @Test
  void whatIsCheckedIsCompleteAndTakesTheOldFilesPlaceUnlessTheCheckThrows() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "old");
    AtomicFile.Content content = out -> out.write("new".getBytes(StandardCharsets.UTF_8));
    IllegalStateException refused = new IllegalStateException();
    assertThatThrownBy(() -> AtomicFile.write(file, content, complete -> {
      assertThat(complete).hasContent("new");
      throw refused;
    })).isSameAs(refused);
    assertThat(file).hasContent("old");
    assertThat(AtomicFile.<String>write(file, content, Path::toString)).startsWith(folder.toString());
    assertThat(file).hasContent("new");
    assertThat(names()).containsExactly("a");
  }

  @Test
  void aFolderIsRefusedAndNothingIsLeft() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("a"));
    assertThatThrownBy(() -> write(inner, "new")).isInstanceOf(Failure.class).hasMessageContaining("it is a folder");
    assertThat(names()).containsExactly("a");
  }

  @Test
  void theFileBehindALinkIsReplacedAndTheLinkStays() throws IOException {
    Path file = Files.writeString(Files.createDirectory(folder.resolve("inner")).resolve("a"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("inner/a"));
    write(link, "new");
    assertThat(link).isSymbolicLink().hasContent("new");
    assertThat(file).hasContent("new");
  }

  @Test
  void whatIsNoFileIsWrittenToAndStaysWhatItIs() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Process reader = new ProcessBuilder("cat", pipe.toString()).start();
    write(pipe, "new");
    assertThat(new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("new");
    reader = new ProcessBuilder("cat", pipe.toString()).start();
    AtomicFile.write(pipe, out -> out.write("checked".getBytes(StandardCharsets.UTF_8)), _ -> 0);
    assertThat(new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("checked");
    assertThat(names()).containsExactly("pipe");
    assertThat(Files.isRegularFile(pipe)).isFalse();
  }

  @Test
  void ofSeveralThatMakeAFileAtOnceExactlyOneDoesAndItIsWhole() throws Exception {
    for (int round = 0; round < 20; round++) {
      Path file = folder.resolve("made" + round);
      try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
        List<Callable<String>> all = IntStream.range(0, 8).<Callable<String>>mapToObj(i -> () -> AtomicFile.create(file, "by " + i) ? "by " + i : "").toList();
        List<String> made = new ArrayList<>();
        for (Future<String> one : threads.invokeAll(all)) {
          made.add(one.get());
        }
        made.removeIf(String::isEmpty);
        assertThat(made).containsExactly(Files.readString(file));
      }
      Files.delete(file);
    }
    assertThat(names()).isEmpty();
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nothing"));
    assertThat(AtomicFile.create(link, "")).isFalse();
    assertThat(link).isSymbolicLink();
  }

  @Test
  void whatSeveralReplaceAtOnceIsOneOfTheirs() throws Exception {
    Path file = folder.resolve("a");
    List<String> texts = IntStream.range(0, 8).mapToObj(i -> Integer.toString(i).repeat(100_000 * (i + 1))).toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Void> one : threads.invokeAll(texts.stream().<Callable<Void>>map(t -> () -> {
        write(file, t);
        return null;
      }).toList())) {
        one.get();
      }
    }
    assertThat(texts).contains(Files.readString(file));
    assertThat(names()).containsExactly("a");
  }

  @Test
  @Timeout(60)
  void aSignalThatEndsTheProcessLeavesTheOldFileAndNothingElse() throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "old");
    Process p = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
        Writer.class.getName(), file.toString()).redirectErrorStream(true).start();
    assertThat(p.getInputStream().read()).isEqualTo('.');
    assertThat(names()).hasSize(2);
    p.destroy();
    assertThat(p.waitFor()).isEqualTo(143);
    assertThat(names()).containsExactly("a");
    assertThat(file).hasContent("old");
  }

  /// Begins to write a file, and never ends.
  static final class Writer {
    public static void main(String[] arguments) {
      AtomicFile.write(Path.of(arguments[0]), out -> {
        out.write(new byte[1 << 21]);
        System.out.print('.');
        System.out.flush();
        try {
          Thread.sleep(60_000);
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      });
    }
  }
}
