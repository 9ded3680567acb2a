package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.backend.Backend;
import dlt.error.Failure;
import dlt.report.Page;
import dlt.report.RunReport;
import dlt.report.SweepPage;
import dlt.run.AtomicFile;
import dlt.run.RunDirectory;
import dlt.sweep.SweepResults;
import dlt.train.SavedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "report", description = "Writes an HTML page about a run or a sweep, or one that lays several runs over one another.", mixinStandardHelpOptions = true)
final class Report implements Callable<Integer> {
  private static final int MOST_COLUMNS = 100;

  @Mixin DeviceOptions device;
  @Mixin Output output;

  @Parameters(arity = "0..*", paramLabel = "RUN", description = "The runs' folders, or that of a sweep; the newest run below runs where left out.")
  List<Path> runs = List.of();

  @Option(names = "--output", paramLabel = "FILE", description = "Where to write; report.html in the run's folder, or here for several runs, where left out.")
  Optional<Path> file = Optional.empty();

  @Option(names = "--text", description = "Print the curves as text instead.")
  boolean text;

  @Option(names = "--open", description = "Open the page in the browser.")
  boolean open;

  @Override
  public Integer call() {
    if (text && (file.isPresent() || open)) {
      throw new Failure(Failure.Kind.USAGE, "--text prints, and --output and --open are about the page: leave out one or the other; `> FILE` keeps what is printed");
    }
    if (runs.size() == 1 && SweepResults.isIn(runs.getFirst())) {
      return sweep(SweepResults.read(runs.getFirst()));
    }
    List<RunDirectory> all = runs.isEmpty() ? List.of(RunArgument.newest()) : runs.stream().map(RunArgument::at).toList();
    if (text) {
      output.result(document(all), Page.text(all, columns()).stripTrailing());
      return 0;
    }
    Path target = file.orElseGet(() -> all.size() == 1 ? all.getFirst().report() : Path.of("report.html"));
    FileKind.PAGE.requireReplaceable("--output", target, all.size() == 1 ? Optional.of(all.getFirst().report()) : Optional.empty());
    return written(document(all), target, all.size() > 1 ? Page.of(all)
        : device.compute(SavedModel.open(all.getFirst()).file().experiment().training(), backend -> Page.of(RunReport.of(all.getFirst(), backend))));
  }

  private int sweep(SweepResults results) {
    ObjectNode document = output.document().put("sweep", results.folder().toString());
    if (text) {
      output.result(document, SweepPage.text(results, columns()).stripTrailing());
      return 0;
    }
    Path target = file.orElseGet(() -> SweepResults.report(results.folder()));
    FileKind.PAGE.requireReplaceable("--output", target, Optional.empty());
    return written(document, target, SweepPage.of(results));
  }

  private int written(ObjectNode document, Path target, String page) {
    output.writes("--output", target);
    AtomicFile.write(target, page);
    output.result(document.put("report", target.toString()), "");
    output.say("report      " + target);
    if (open) {
      open(target);
    }
    return 0;
  }

  /// Writes the page about the sweep in `folder`; the file.
  static Path write(Path folder) {
    Path target = SweepResults.report(folder);
    AtomicFile.write(target, SweepPage.of(SweepResults.read(folder)));
    return target;
  }

  /// Writes the page about one run.
  static void write(Path target, RunDirectory run, Backend backend) {
    AtomicFile.write(target, Page.of(RunReport.of(run, backend)));
  }

  private ObjectNode document(List<RunDirectory> all) {
    ObjectNode d = output.document();
    ArrayNode names = d.putArray("runs");
    all.forEach(r -> names.add(r.path().toString()));
    return d;
  }

  /// The terminal's width, where there is one or the shell says it.
  private static int columns() {
    try {
      int shell = Integer.parseInt(System.getenv().getOrDefault("COLUMNS", "80"));
      return Math.clamp(Terminal.columns().orElse(shell), 40, MOST_COLUMNS);
    } catch (NumberFormatException e) {
      return 80;
    }
  }

  private static void open(Path page) {
    String opener = System.getProperty("os.name").startsWith("Mac") ? "open" : "xdg-open";
    try {
      new ProcessBuilder(opener, page.toAbsolutePath().toString()).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    } catch (IOException e) {
      throw new Failure(Failure.Kind.OUTPUT, page + ": is written, but " + opener + " cannot be started to show it; open it in a browser", e);
    }
  }
}
