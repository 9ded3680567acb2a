package dlt.cli;

import dlt.error.Failure;
import dlt.run.RunDirectory;
import dlt.sweep.SweepResults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/// The run that a command looks at.
final class RunArgument {
  private static final Path RUNS = Path.of("runs");

  @Parameters(index = "0", arity = "0..1", paramLabel = "RUN", description = "The run's folder; the newest below runs where left out.")
  Optional<Path> path = Optional.empty();

  RunDirectory run() {
    return path.map(RunArgument::at).orElseGet(RunArgument::newest);
  }

  /// The run in `folder`. Throws a [Failure] of kind USAGE where there is none, that says where one is nearby.
  static RunDirectory at(Path folder) {
    RunDirectory run = new RunDirectory(folder);
    if (!run.exists()) {
      throw new Failure(Failure.Kind.USAGE, folder + ": " + instead(folder));
    }
    return run;
  }

  private static String instead(Path folder) {
    if (SweepResults.best(folder).exists()) {
      return "is a sweep, expected a run; its best one is " + SweepResults.best(folder).path();
    }
    if (Files.isRegularFile(folder)) {
      return "is a file, expected the folder of a run" + (RunDirectory.holding(folder).map(r -> "; it is part of that in " + r.path()).orElse(""));
    }
    return Files.isDirectory(folder)
        ? RunDirectory.newest(folder, _ -> true).map(r -> "no run is here, but there are some in it, the newest is " + r.path()).orElse("no run is here; give the folder of one")
        : "no such folder; give that of a run, or train first: dlt train EXP";
  }

  /// The newest run of all.
  static RunDirectory newest() {
    return RunDirectory.newest(RUNS, r -> true).orElseThrow(() ->
        new Failure(Failure.Kind.USAGE, "no run below runs/ here; name one, or train first: dlt train EXP"));
  }
}
