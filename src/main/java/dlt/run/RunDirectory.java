package dlt.run;

import dlt.error.Failure;
import dlt.error.Folder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The folder of one run and the names of the files in it.
public record RunDirectory(Path path) {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final Pattern STAMPED = Pattern.compile("-\\d{8}-\\d{6}(-\\d+)?");

  /// Makes the folder for a new run of the experiment `name` that starts at `now`, below `runs`; another one of the same
  /// second gets a number, whichever process makes it. Throws a [Failure] of kind OUTPUT.
  public static RunDirectory fresh(Path runs, String name, Instant now) {
    Path path = runs.resolve(name + "-" + STAMP.format(now));
    try {
      Files.createDirectories(runs);
      for (int i = 2; !made(path); i++) {
        path = runs.resolve(name + "-" + STAMP.format(now) + "-" + i);
      }
    } catch (IOException e) {
      throw new Failure(Failure.Kind.OUTPUT, path + ": could not be made: " + Failure.reason(e), e);
    }
    return new RunDirectory(path);
  }

  private static boolean made(Path path) throws IOException {
    try {
      Files.createDirectory(path);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  /// Whether [#fresh] gives the folder of a run of the experiment `name` this name.
  public boolean of(String name) {
    String own = path.getFileName().toString();
    return own.startsWith(name + "-") && STAMPED.matcher(own.substring(name.length())).matches();
  }

  /// Removes the folder where nothing has been written to it.
  public void removeIfEmpty() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // something has, or it stays
    }
  }

  /// The newest run below `runs` that passes `filter`.
  public static Optional<RunDirectory> newest(Path runs, Predicate<RunDirectory> filter) {
    if (!Files.isDirectory(runs)) {
      return Optional.empty();
    }
    try {
      return Folder.entries(runs).stream()
          .map(RunDirectory::new)
          .filter(RunDirectory::exists)
          .filter(filter)
          .max(Comparator.comparing(RunDirectory::modified).thenComparing(r -> r.path.getFileName().toString()));
    } catch (IOException e) {
      throw new Failure(Failure.Kind.USAGE, runs + ": could not be listed: " + Failure.reason(e), e);
    }
  }

  private Instant modified() {
    try {
      return Files.getLastModifiedTime(config()).toInstant();
    } catch (IOException e) {
      return Instant.EPOCH;
    }
  }

  /// Whether a run has begun here.
  public boolean exists() {
    return Files.isRegularFile(config());
  }

  /// The experiment as it ran, every default written out.
  public Path config() {
    return path.resolve("config.yaml");
  }

  /// What made the run, and the SHA-256 of what it made.
  public Path manifest() {
    return path.resolve("manifest.json");
  }

  /// A JSON line for each logged step and each epoch.
  public Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  /// The state at the last step that was saved.
  public Path last() {
    return path.resolve("checkpoints").resolve("last.safetensors");
  }

  /// The weights of the selected epoch.
  public Path best() {
    return path.resolve("checkpoints").resolve("best.safetensors");
  }

  /// The wall time that a training with a limit of time has used, in all its attempts.
  public Path usedTime() {
    return path.resolve("checkpoints").resolve("time.json");
  }

  /// The folder of training number `i` of a run that trains every fold: a run by itself.
  public RunDirectory fold(int i) {
    return new RunDirectory(path.resolve("folds").resolve(Integer.toString(i)));
  }

  /// What each sample was predicted by the models that did not learn from it.
  public Path outOfFold() {
    return path.resolve("out-of-fold.csv");
  }

  /// The selected model, ready for inference.
  public Path onnx() {
    return path.resolve("model.onnx");
  }

  /// The page about the run, for people.
  public Path report() {
    return path.resolve("report.html");
  }

  /// The folder of the event files for TensorBoard.
  public Path tensorboard() {
    return path.resolve("tensorboard");
  }

  /// An event file that is begun at `time`; TensorBoard knows it by the middle of its name.
  public Path events(Instant time) {
    return tensorboard().resolve("events.out.tfevents." + time.getEpochSecond() + ".dlt");
  }

  /// The selected weights alone, for use in PyTorch.
  public Path safetensors() {
    return path.resolve("model.safetensors");
  }

  /// What somebody who is given the model should know of it, in Markdown.
  public Path card() {
    return path.resolve("model-card.md");
  }

  /// The run that `file` is a part of, by whatever path.
  public static Optional<RunDirectory> holding(Path file) {
    try {
      Path real = file.toRealPath();
      return Stream.iterate(real.getParent(), Objects::nonNull, Path::getParent)
          .limit(2)
          .map(RunDirectory::new)
          .filter(run -> run.exists() && run.files().contains(real))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty(); // there is no such file
    }
  }

  private List<Path> files() {
    return List.of(config(), manifest(), metrics(), last(), best(), usedTime(), outOfFold(), onnx(), report(), safetensors(), card());
  }

  /// Throws a [Failure] of kind USAGE where there is no run but a file or folder of somebody else's that a run would write over.
  public void requireUntaken() {
    List<Path> written = List.of(manifest(), metrics(), last().getParent(), onnx(), report(), outOfFold(), fold(0).path().getParent());
    written.stream().filter(Files::exists).findFirst().ifPresent(file -> {
      throw taken(file);
    });
  }

  /// What to say where `file` is in the way of a run or a sweep.
  public static Failure taken(Path file) {
    return new Failure(Failure.Kind.USAGE, file + " is there already and would be written over; choose another folder with --out");
  }

  /// Takes the folder for this process until what this gives is closed, by a file that is there meanwhile; a process that dies gives
  /// it back. Throws a [Failure] where another process has it.
  public Lock lock() {
    if (path.toString().isEmpty()) {
      throw new Failure(Failure.Kind.USAGE, "--out names no folder: found an empty text; give a path, `.` for this folder");
    }
    Path file = path.resolve(".lock");
    try {
      while (true) {
        try {
          Files.createDirectories(path);
          Optional<Lock> lock = locked(file);
          if (lock.isPresent()) {
            AtomicFile.removeAbandoned(path);
            AtomicFile.removeAbandoned(last().getParent());
            return lock.get();
          }
        } catch (NoSuchFileException e) {
          // who had the folder has just removed the file, or with it the folder
        } catch (FileAlreadyExistsException e) {
          // as well, where nothing is there any more
          Path there = Path.of(e.getFile());
          if (Files.exists(there, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(there)) {
            throw e;
          }
        }
      }
    } catch (IOException e) {
      throw Failure.unwritable(file, e);
    }
  }

  /// Empty where what is locked is no longer the file of this name: who had the folder removed it after it was opened here, and to others
  /// a new one would be free.
  private Optional<Lock> locked(Path file) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      // by another process, or by one that died
    }
    Identity before = Identity.of(file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    try {
      if (!locked(channel)) {
        throw new Failure(Failure.Kind.USAGE, path + ": another process is training here; wait for it or choose another folder with --out");
      }
      if (before.equals(Identity.of(file))) {
        return Optional.of(new Lock(this, file, before.number, channel));
      }
      channel.close();
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// Tells files of one name apart; numbers of files that were removed are given out again.
  private record Identity(Object number, FileTime made) {
    static Identity of(Path file) throws IOException {
      BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
      return new Identity(a.fileKey(), a.creationTime());
    }
  }

  /// The folder of `run`, which this process has as long as `file` is the one that is open here: its number is not given out again
  /// meanwhile.
  public record Lock(RunDirectory run, Path file, Object number, FileChannel channel) implements Closeable {
    /// Throws a [Failure] of kind OUTPUT where the folder was removed or moved since, or is another process's now: what is written to it
    /// would be half a run, or within another one.
    public void requireHeld() {
      if (!held()) {
        throw new Failure(Failure.Kind.OUTPUT, run.path + ": was removed, moved or taken by another process while this one was at work in it; "
            + "give every run a folder of its own (--out), and leave it there until the run has ended");
      }
    }

    private boolean held() {
      try {
        return Identity.of(file).number.equals(number);
      } catch (IOException e) {
        return false;
      }
    }

    /// The file goes first: whoever opens it still finds it locked. The channel is closed, and not the lock alone, which would leave it
    /// open: closed later, it would take another lock of this process with it.
    @Override
    public void close() throws IOException {
      try (channel) {
        if (held()) {
          Files.delete(file);
        }
      } catch (FileSystemException e) {
        // it stays, and locks nothing
      }
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }
}
