package dlt.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.error.Failure;
import dlt.error.Folder;
import dlt.run.RunDirectory;
import dlt.sweep.Leaderboard;
import dlt.sweep.Standing;
import dlt.sweep.SweepFile;
import dlt.sweep.SweepRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "sweep", description = "Trains an experiment with many values of the keys that its sweep section names, and keeps the best.", mixinStandardHelpOptions = true)
final class Sweep implements Callable<Integer> {
  @Mixin ExperimentArguments experiment;
  @Mixin DeviceOptions device;
  @Mixin Output output;

  @Option(names = "--out", paramLabel = "DIR", description = "The sweep's folder; sweeps/NAME where left out.")
  Optional<Path> out = Optional.empty();

  @Option(names = "--resume", description = "Go on with the sweep in the folder; start where there is none.")
  boolean resume;

  @Option(names = "--no-report", description = "Write no report.html.")
  boolean noReport;

  /// So many places are shown while the sweep goes on.
  private static final int LIVE = 5;

  private int drawn;

  @Override
  public Integer call() {
    SweepFile file = SweepFile.read(experiment.yaml(), experiment.overrides);
    device.require(file.experiment().experiment().training());
    Path folder = out.orElseGet(() -> folder(file.experiment().experiment().name()));
    try {
      return sweep(file, folder);
    } finally {
      if (out.isEmpty()) {
        new RunDirectory(folder).removeIfEmpty();
      }
    }
  }

  private int sweep(SweepFile file, Path folder) {
    int share = Math.max(1, device.threads() / file.sweep().parallel());
    int trials = file.sweep().trials();
    SweepRun.Result result;
    try (Interruption interruption = new Interruption()) {
      AtomicBoolean goesOn = new AtomicBoolean(resume);
      result = device.retried(file.experiment().experiment().training(), () ->
          new SweepRun(file, folder, e -> device.open(e.training(), share), Version.text(), interruption::requested, (board, seconds) -> show(board, seconds, trials, file.sweep().minutes())).train(goesOn.getAndSet(true)));
      if (result.stopped() && interruption.requested()) {
        output.say("stopped; all trials are saved in " + folder + "\ngo on with: dlt sweep " + experiment.file + " --out " + folder + " --resume");
        return interruption.exitCode();
      }
    }
    if (!noReport) {
      report(folder);
    }
    ObjectNode document = output.document().put("sweep", folder.toString());
    result.best().ifPresentOrElse(b -> document.put("best", b.path().toString()), () -> document.putNull("best"));
    document.set("leaderboard", result.leaderboard().json(true));
    OptionalInt columns = Terminal.columns();
    output.result(document, String.join("\n", result.leaderboard().text(Integer.MAX_VALUE).lines().map(l -> Terminal.fit(l, columns)).toList()));
    if (result.best().isEmpty()) {
      throw nothingWon(folder, result.leaderboard().sorted());
    }
    output.say("best run    " + result.best().get().path());
    result.leaderboard().sorted().getFirst().trial().settings(file.sweep()).forEach((key, value) -> output.say("            " + key + "=" + value));
    return 0;
  }

  /// Why no trial is the best.
  static Failure nothingWon(Path folder, List<Standing> standings) {
    if (standings.isEmpty()) {
      return new Failure(Failure.Kind.USAGE, folder + ": no trial began: the minutes of the sweep are used up; raise sweep.minutes");
    }
    if (standings.stream().anyMatch(s -> s.failed().isEmpty())) {
      return new Failure(Failure.Kind.USAGE, folder + ": no trial came to its last epoch: the minutes of the sweep are used up; raise sweep.minutes");
    }
    return standings.stream().allMatch(s -> s.failed().equals(Optional.of(Standing.Failing.OVER_BUDGET)))
        ? new Failure(Failure.Kind.USAGE, folder + ": every trial needs more memory than training.budget.memory; sweep over smaller models or batches, or raise it")
        : new Failure(Failure.Kind.DIVERGED, folder + ": every trial diverged; sweep over smaller learning rates");
  }

  /// A page that cannot be made is no reason to fail a sweep that went well.
  private void report(Path folder) {
    try {
      output.say("report      " + Report.write(folder));
    } catch (Failure f) {
      output.say("dlt: no report: " + f.getMessage());
    }
  }

  /// A new folder below `sweeps`, or with `--resume` the newest of this name.
  private Path folder(String name) {
    Path sweeps = Path.of("sweeps");
    if (resume && Files.isDirectory(sweeps)) {
      try {
        Optional<Path> newest = Folder.entries(sweeps).stream().filter(f -> new RunDirectory(f).of(name)).max(Comparator.naturalOrder());
        if (newest.isPresent()) {
          return newest.get();
        }
      } catch (IOException e) {
        throw new Failure(Failure.Kind.USAGE, sweeps + ": could not be listed: " + Failure.reason(e), e);
      }
    }
    return RunDirectory.fresh(sweeps, name, Instant.now()).path();
  }

  /// The best so far: a table that is redrawn on a terminal, a line for each trial elsewhere.
  private void show(Leaderboard board, double seconds, int trials, Optional<Double> minutes) {
    OptionalInt columns = Terminal.columns();
    Standing best = board.sorted().getFirst();
    String line = String.format(Locale.ROOT, "%d of %d trials, %s%s; best: trial %d, %s %s", board.sorted().size(), trials, Progress.duration(seconds),
        minutes.map(m -> " of " + Progress.duration(m * 60)).orElse(""), best.trial().number() + 1, board.metric(),
        best.failed().map(Standing.Failing::text).orElseGet(() -> String.format(Locale.ROOT, "%.5g", best.score())));
    if (columns.isEmpty()) {
      output.say(line);
      return;
    }
    List<String> lines = new ArrayList<>(board.text(LIVE).lines().toList());
    lines.add(line);
    String text = String.join("\033[K\n", lines.stream().map(l -> Terminal.fit(l, columns)).toList());
    System.err.print((drawn > 0 ? "\033[" + drawn + "A\r" : "") + text + "\033[K\n");
    System.err.flush();
    drawn = lines.size();
  }
}
