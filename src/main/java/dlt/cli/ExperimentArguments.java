package dlt.cli;

import dlt.data.ArraySurvey;
import dlt.data.TableSurvey;
import dlt.error.Failure;
import dlt.experiment.ExperimentFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The experiment file and the values that the command line puts in place of what it says.
final class ExperimentArguments {
  @Parameters(index = "0", paramLabel = "EXP", description = "The experiment file.")
  Path file;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Override a key, such as optimizer.adam.lr=0.01; may be given often.")
  List<String> overrides = new ArrayList<>();

  /// The experiment file, where it is not the data that it would be about. Throws a [Failure] of kind USAGE.
  Path yaml() {
    if (Files.isRegularFile(file) && (TableSurvey.reads(file) || ArraySurvey.reads(file))) {
      throw new Failure(Failure.Kind.USAGE, file + ": found data, expected an experiment, a YAML file; `dlt init " + file + "` writes one for them");
    }
    return file;
  }

  ExperimentFile read() {
    return ExperimentFile.read(yaml(), overrides);
  }
}
