package dlt.cli;

import dlt.experiment.ExperimentFile;
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

  ExperimentFile read() {
    return ExperimentFile.read(file, overrides);
  }
}
