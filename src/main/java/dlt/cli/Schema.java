package dlt.cli;

import dlt.experiment.ExperimentSchema;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "schema", description = "Prints the JSON Schema of experiment files, for editors.", mixinStandardHelpOptions = true)
final class Schema implements Callable<Integer> {
  @Override
  public Integer call() {
    System.out.println(ExperimentSchema.json());
    return 0;
  }
}
