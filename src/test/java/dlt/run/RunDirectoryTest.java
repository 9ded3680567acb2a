package dlt.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.error.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir Path folder;

  @Test
  void runsOfTheSameSecondGetFoldersOfTheirOwnHoweverManyBeginAtATime() throws Exception {
    Path runs = folder.resolve("runs");
    Set<Path> made = new HashSet<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      Callable<Path> begin = () -> RunDirectory.fresh(runs, "a", NOW).path();
      for (Future<Path> f : threads.invokeAll(Stream.generate(() -> begin).limit(40).toList())) {
        made.add(f.get());
      }
    }
    assertThat(made).hasSize(40).contains(runs.resolve("a-20260102-030405"), runs.resolve("a-20260102-030405-40"));
  }

  @Test
  void aRunIsOfItsExperimentAlone() {
    assertThat(RunDirectory.fresh(folder, "digits", NOW).of("digits")).isTrue();
    assertThat(RunDirectory.fresh(folder, "digits", NOW).of("digits")).isTrue();
    assertThat(RunDirectory.fresh(folder, "digits-large", NOW).of("digits")).isFalse();
    assertThat(RunDirectory.fresh(folder, "digits-large", NOW).of("digits-large")).isTrue();
  }

  @Test
  void aFolderThatNothingWasWrittenToIsRemovedAndNoOther() throws IOException {
    RunDirectory run = RunDirectory.fresh(folder, "a", NOW);
    Files.createFile(run.metrics());
    run.removeIfEmpty();
    assertThat(run.metrics()).exists();
    Files.delete(run.metrics());
    run.removeIfEmpty();
    assertThat(run.path()).doesNotExist();
  }

  @Test
  void aFolderIsOneProcesssAtATimeAndItsLockIsClosedWithIt() throws IOException {
    RunDirectory run = new RunDirectory(folder.resolve("a"));
    try (Closeable _ = run.lock()) {
      assertThatThrownBy(run::lock).isInstanceOf(Failure.class).hasMessageContaining("another process is training here");
    }
    run.lock().close();
    assertThat(openFiles()).noneMatch(f -> f.endsWith("a/.lock"));
  }

  /// What this process has open, as Linux tells it.
  private static List<String> openFiles() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.map(f -> {
        try {
          return Files.readSymbolicLink(f).toString();
        } catch (IOException e) {
          return ""; // closed meanwhile
        }
      }).toList();
    }
  }
}
