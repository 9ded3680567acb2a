package dlt.error;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Something that stops a command and that its user can act on. The message is one line that says where, what was found,
/// what was expected and what to do; [Kind] settles the exit code. Anything else that is thrown is a bug in dlt.
public sealed class Failure extends RuntimeException permits OutOfMemory {
  private static final long serialVersionUID = 1L;

  /// What went wrong, in the order of the exit codes.
  public enum Kind {
    /// Wrong arguments or a wrong experiment file.
    USAGE(2),
    /// Data that is missing, damaged or does not fit the experiment.
    DATA(3),
    /// A loss or a weight that is not finite.
    DIVERGED(4),
    /// An `assert` or the ONNX parity check failed.
    ASSERTION(5),
    /// A device that is missing, failed or ran out of memory.
    DEVICE(6),
    /// An output that could not be written.
    OUTPUT(7);

    private final int exitCode;

    Kind(int exitCode) {
      this.exitCode = exitCode;
    }

    /// The process's exit status.
    public int exitCode() {
      return exitCode;
    }
  }

  /// What the system says of disks.
  private static final List<String> FULL = List.of("No space left on device", "Disk quota exceeded");

  /// A place in a file, from 1.
  public record Place(Path file, int line, int column) {
    /// `file:line:column`.
    @Override
    public String toString() {
      return file + ":" + line + ":" + column;
    }
  }

  private final Kind kind;
  private final transient Place place;

  /// A failure with nothing behind it.
  public Failure(Kind kind, String message) {
    this(kind, message, null);
  }

  /// A failure and the exception that revealed it (shown with `--verbose` alone).
  public Failure(Kind kind, String message, Throwable cause) {
    this(kind, message, cause, null);
  }

  private Failure(Kind kind, String message, Throwable cause, Place place) {
    super(message, cause);
    this.kind = kind;
    this.place = place;
  }

  /// This one, of what stands at `where`; the message begins with it.
  public Failure at(Place where) {
    return new Failure(kind, where + ": " + getMessage(), this, where);
  }

  /// Where it was caused, where that is known.
  public Optional<Place> place() {
    return Optional.ofNullable(place);
  }

  /// What went wrong.
  public Kind kind() {
    return kind;
  }

  /// That `file` could not be written, for the reason that `e` gives.
  public static Failure unwritable(Path file, IOException e) {
    String reason = reason(e);
    return new Failure(Kind.OUTPUT, file + ": could not be written: " + reason + (FULL.stream().anyMatch(reason::endsWith) ? "; free some space, or choose another place" : "; choose another place"), e);
  }

  /// What an I/O exception says, in a person's words.
  public static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException n -> n.getFile() + " does not exist";
      case FileAlreadyExistsException f -> f.getFile() + " is there already, as a file";
      case DirectoryNotEmptyException d -> d.getFile() + " is a folder that is not empty";
      case FileSystemLoopException l -> l.getFile() + " is a link to a folder that it lies in";
      case EOFException _ -> "it ends early";
      case JsonProcessingException j -> (j.getLocation() == null ? "" : "line " + j.getLocation().getLineNr() + ", column " + j.getLocation().getColumnNr() + ": ") + j.getOriginalMessage();
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
