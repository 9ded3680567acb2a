package dlt.config;

import dlt.error.Failure;
import java.nio.file.Path;

/// A place in an experiment file (or `--set`, then `file` is `--set` and `line` the number of the override). Lines and
/// columns count from 1; `text` is the line itself, for the caret line.
public record Location(Path file, int line, int column, String text) {
  /// The place alone.
  public Failure.Place place() {
    return new Failure.Place(file, line, column);
  }

  /// `file:line:column`.
  @Override
  public String toString() {
    return place().toString();
  }
}
