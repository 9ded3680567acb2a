package dlt.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "warm-up", hidden = true, description = "Loads what commands need, for the start-up cache.")
final class Warmup implements Callable<Integer> {
  @Override
  public Integer call() {
    Main.commandLine().getUsageMessage();
    return 0;
  }
}
