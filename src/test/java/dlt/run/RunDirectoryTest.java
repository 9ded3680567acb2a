package dlt.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dlt.OpenFiles;
import dlt.error.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
    assertThat(OpenFiles.names()).noneMatch(f -> f.contains("a/.lock")); // of one that was removed Linux says so behind its name
  }

  @Test
  void nothingIsLeftOfALockEvenWhereAProcessThatDiedLeftOne() throws IOException {
    RunDirectory run = new RunDirectory(folder.resolve("a"));
    Files.createDirectories(run.path());
    Files.createFile(run.path().resolve(".lock"));
    run.lock().close();
    run.removeIfEmpty();
    assertThat(run.path()).doesNotExist();
  }

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whatIsThereAlreadyAndNoFolderIsSaid() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nothing"));
    for (Path there : List.of(file, link)) {
      assertThatThrownBy(new RunDirectory(there)::lock).isInstanceOf(Failure.class)
          .hasMessage(there.resolve(".lock") + ": could not be written: " + there + " is there already, as a file; choose another place");
    }
  }

  /// As [RunDirectory#removeIfEmpty] of another process does. On a thread of its own: what waits forever hears of no interrupt.
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aFolderThatIsRemovedWhileItIsLockedIsMadeAgain() throws Exception {
    RunDirectory run = new RunDirectory(folder.resolve("a"));
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      other.execute(() -> {
        while (!done.get()) {
          run.removeIfEmpty();
        }
      });
      try {
        for (int i = 0; i < 2000; i++) {
          try (Closeable _ = run.lock()) {
            assertThat(run.path()).isDirectory();
          }
        }
      } finally {
        done.set(true);
      }
    }
  }

  /// Each has the folder alone, however their opening, locking and removing meet.
  @Test
  @Timeout(60)
  void processesThatFollowOneAnotherNeverHaveTheFolderTogether() throws Exception {
    List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", System.getProperty("java.class.path"),
        Taker.class.getName(), folder.toString());
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(new ProcessBuilder(command).redirectErrorStream(true).start());
    }
    for (Process p : processes) {
      assertThat(new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("alone" + System.lineSeparator());
    }
    assertThat(folder.resolve(".lock")).doesNotExist();
  }

  /// Takes the folder again and again, and each time makes and removes a file in it that must not be there.
  static final class Taker {
    public static void main(String[] arguments) throws IOException {
      RunDirectory run = new RunDirectory(Path.of(arguments[0]));
      Path mine = run.path().resolve("mine");
      for (int taken = 0; taken < 300;) {
        try (Closeable _ = run.lock()) {
          Files.createFile(mine);
          Files.delete(mine);
          taken++;
        } catch (Failure busy) {
          if (!busy.getMessage().contains("another process")) {
            throw busy;
          }
        }
      }
      System.out.println("alone");
    }
  }

  @Test
  void anEmptyPathIsNoFolder() {
    assertThatThrownBy(new RunDirectory(Path.of(""))::lock).isInstanceOf(Failure.class).hasMessageContaining("--out names no folder");
  }

  @Test
  void whatAKilledProcessLeftIsRemovedWithTheNextLock() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    RunDirectory run = new RunDirectory(folder.resolve("a"));
    Files.createDirectories(run.last().getParent());
    Path left = Files.createFile(run.last().resolveSibling(".last.safetensors." + ended.pid() + ".tmp"));
    Path before = Files.createFile(run.path().resolve(".model.onnx." + ProcessHandle.current().pid() + "-1a.tmp")); // such as 1, in a container
    Files.setLastModifiedTime(before, FileTime.from(ProcessHandle.current().info().startInstant().orElseThrow().minusSeconds(60)));
    Path written = Files.createFile(run.path().resolve(".model.onnx." + ProcessHandle.current().pid() + "-2b.tmp"));
    Path other = Files.createFile(run.path().resolve(".notes.tmp"));
    run.lock().close();
    assertThat(left).doesNotExist();
    assertThat(before).doesNotExist();
    assertThat(written).exists();
    assertThat(other).exists();
  }
}
