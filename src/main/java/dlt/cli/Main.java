package dlt.cli;

import dlt.config.ConfigException;
import dlt.config.Diagnostic;
import dlt.error.Failure;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The program: picks the command, and turns whatever it throws into one line and an exit code.
@Command(
    name = "dlt",
    description = "Turns one declarative YAML file into a trained, verified ONNX model.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      Init.class, Train.class, Eval.class, Predict.class, Export.class, Report.class, Compare.class, Sweep.class, Check.class, Explain.class, Summary.class, Bench.class, Devices.class, Schema.class, Warmup.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:a bug in dlt",
      "2:wrong arguments or experiment file",
      "3:missing, damaged or unfitting data",
      "4:the training diverged",
      "5:an assert or the ONNX parity check failed",
      "6:the device is missing, failed or ran out of memory",
      "7:an output could not be written",
      "130, 143:stopped by a signal, after saving"
    })
public final class Main implements Callable<Integer> {
  static final int BUG = 1, USAGE = 2;

  @Spec private CommandSpec spec;

  private Main() {}

  /// Runs the command line and ends the process with its exit code.
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /// Runs the command line; its exit code.
  static int run(String... arguments) {
    CommandLine line = commandLine();
    int code = line.execute(arguments);
    // a closed pipe or a full disk shows only here
    System.out.flush();
    if (System.out.checkError() && code == 0) {
      System.err.println("dlt: the output could not be written: the pipe is closed or the disk is full");
      return Failure.Kind.OUTPUT.exitCode();
    }
    return code;
  }

  /// Without a command: what there is.
  @Override
  public Integer call() {
    spec.commandLine().usage(System.err);
    return USAGE;
  }

  /// The commands, for running them and for what is generated from them.
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Main::wrongArguments)
        .setExecutionExceptionHandler(Main::failed);
  }

  private static int wrongArguments(ParameterException e, String[] arguments) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println("dlt: " + e.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
    err.println("Try 'dlt " + (e.getCommandLine().getParent() == null ? "" : e.getCommandLine().getCommandName() + " ") + "--help'.");
    return USAGE;
  }

  private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    Output output = Output.of(command);
    return switch (e) {
      case ConfigException c -> {
        output.failure(USAGE, c.getMessage(), c.diagnostics().stream().findFirst().map(Diagnostic::at), c);
        yield USAGE;
      }
      case Failure f -> {
        output.failure(f.kind().exitCode(), f.getMessage(), java.util.Optional.empty(), f);
        yield f.kind().exitCode();
      }
      default -> {
        output.failure(BUG, "a bug in dlt: " + e + "; please report it with what --verbose prints", java.util.Optional.empty(), e);
        yield BUG;
      }
    };
  }
}
