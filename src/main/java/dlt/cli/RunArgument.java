package dlt.cli;

import dlt.error.Failure;
import dlt.run.RunDirectory;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/// The run that a command looks at.
final class RunArgument {
  private static final Path RUNS = Path.of("runs");

  @Parameters(index = "0", arity = "0..1", paramLabel = "RUN", description = "The run's folder; the newest below runs where left out.")
  Optional<Path> path = Optional.empty();

  RunDirectory run() {
    return path.map(RunDirectory::new).orElseGet(RunArgument::newest);
  }

  /// The newest run of all.
  static RunDirectory newest() {
    return RunDirectory.newest(RUNS, r -> true).orElseThrow(() ->
        new Failure(Failure.Kind.USAGE, "no run below runs/ here; name one, or train first: dlt train EXP"));
  }
}
