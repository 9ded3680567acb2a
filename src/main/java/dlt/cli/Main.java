package dlt.cli;

import dlt.config.ConfigException;
import dlt.config.Diagnostic;
import dlt.error.Failure;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// The program: picks the command, and turns whatever it throws into one line and an exit code.
@Command(
    name = "dlt",
    description = "Turns one declarative YAML file into a trained, verified ONNX model.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
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
      "129, 130, 143:stopped by a signal, after saving"
    })
public final class Main implements Callable<Integer> {
  static final int BUG = 1, USAGE = 2;
  static final String EMPTY_PATH = "found an empty text, expected a path; is a variable of the shell not set?";

  private static final List<Class<? extends Callable<Integer>>> COMMANDS = List.of(Init.class, Train.class, Eval.class, Predict.class, Export.class,
      Report.class, Compare.class, Sweep.class, Check.class, Explain.class, Summary.class, Bench.class, Devices.class, Schema.class, Warmup.class);

  @Spec private CommandSpec spec;

  private Main() {}

  /// Runs the command line and ends the process with its exit code.
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /// `dlt help COMMAND` is `dlt COMMAND --help`, as in other programs.
  private static String[] helped(String[] arguments) {
    if (arguments.length == 0 || !arguments[0].equals("help")) {
      return arguments;
    }
    boolean known = arguments.length == 1 || COMMANDS.stream().anyMatch(c -> named(c, arguments[1]));
    return Stream.concat(Arrays.stream(arguments).skip(1), known ? Stream.of("--help") : Stream.of()).toArray(String[]::new);
  }

  private static boolean named(Class<?> command, String name) {
    return command.getAnnotation(Command.class).name().equals(name);
  }

  private static String command(String[] arguments) {
    return Arrays.stream(arguments).filter(a -> !a.startsWith("-")).findFirst().orElse("");
  }

  /// Runs the command line; its exit code.
  static int run(String... given) {
    String[] arguments = helped(given);
    CommandLine line = commandLine(command(arguments));
    int code;
    try {
      code = line.execute(arguments);
    } catch (Error e) { // which Picocli lets pass
      code = failed(e, Output.asked(arguments));
    }
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

  /// All commands whole, for what is generated from them.
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    COMMANDS.forEach(c -> line.addSubcommand(new CommandLine(instance(c))));
    return configured(line);
  }

  /// The command `name` alone, or where it is none of them all commands with no more than their names and descriptions:
  /// looking through the options of every command takes most of the time of `dlt --help`.
  private static CommandLine commandLine(String name) {
    CommandLine line = new CommandLine(new Main());
    List<Class<? extends Callable<Integer>>> meant = COMMANDS.stream().filter(c -> named(c, name)).toList();
    meant.forEach(c -> line.addSubcommand(new CommandLine(instance(c))));
    if (meant.isEmpty()) {
      for (Class<? extends Callable<Integer>> c : COMMANDS) {
        Command said = c.getAnnotation(Command.class);
        CommandSpec outline = CommandSpec.create();
        outline.usageMessage().description(said.description()).hidden(said.hidden());
        line.addSubcommand(said.name(), outline);
      }
    }
    return configured(line);
  }

  private static Callable<Integer> instance(Class<? extends Callable<Integer>> type) {
    try {
      return type.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static CommandLine configured(CommandLine line) {
    return line.registerConverter(Path.class, Main::path)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Main::wrongArguments)
        .setExecutionExceptionHandler((e, command, _) -> failed(e, Output.of(command)));
  }

  /// An empty text would be the folder that the command runs in.
  private static Path path(String text) {
    if (text.isEmpty()) {
      throw new TypeConversionException(EMPTY_PATH);
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(notAPath(e));
    }
  }

  /// Such as one with other characters than those of the locale's encoding.
  private static String notAPath(InvalidPathException e) {
    return "found '" + e.getInput() + "', which is no path in the encoding " + System.getProperty("sun.jnu.encoding") + " of names of files; set LC_ALL=C.UTF-8";
  }

  private static int wrongArguments(ParameterException e, String[] arguments) {
    PrintWriter err = e.getCommandLine().getErr();
    Output.asked(arguments).failure(USAGE, e.getMessage().replaceFirst("^Error: ", ""), Optional.empty(), e);
    CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
    err.println("Try 'dlt " + (e.getCommandLine().getParent() == null ? "" : e.getCommandLine().getCommandName() + " ") + "--help'.");
    return USAGE;
  }

  private static int failed(Throwable e, Output output) {
    return switch (e) {
      case ConfigException c -> {
        output.failure(USAGE, c.getMessage(), c.diagnostics().stream().findFirst().map(d -> d.at().place()), c);
        yield USAGE;
      }
      case Failure f -> {
        output.failure(f.kind().exitCode(), f.getMessage(), f.place(), f);
        yield f.kind().exitCode();
      }
      case InvalidPathException p -> {
        output.failure(USAGE, notAPath(p), Optional.empty(), p);
        yield USAGE;
      }
      case OutOfMemoryError m -> {
        int code = Failure.Kind.DEVICE.exitCode();
        output.failure(code, "out of memory (" + m.getMessage() + "): take less data, a smaller training.batch_size or model, or let Java have more, such as "
            + "DLT_JAVA_OPTS=-Xmx8g; it takes a quarter of the machine's memory at most", Optional.empty(), m);
        yield code;
      }
      default -> {
        output.failure(BUG, "a bug in dlt: " + e + "; please report it with what --verbose prints", Optional.empty(), e);
        yield BUG;
      }
    };
  }
}
