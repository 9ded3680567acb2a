package dlt.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.error.Failure;
import dlt.run.AtomicFile;
import dlt.run.RunDirectory;
import dlt.sweep.Leaderboard;
import dlt.sweep.Standing;
import dlt.sweep.SweepFile;
import dlt.sweep.SweepRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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

  private long told;

  @Override
  public Integer call() {
    SweepFile file = SweepFile.read(experiment.file, experiment.overrides);
    device.require(file.experiment().experiment().training());
    Path folder = out.orElseGet(() -> folder(file.experiment().experiment().name()));
    int share = Math.max(1, device.threads() / file.sweep().parallel());
    SweepRun.Result result;
    try (Interruption interruption = new Interruption()) {
      result = new SweepRun(file, folder, e -> device.open(e.training(), share), Version.text(), interruption::requested, this::show).train(resume);
      if (result.stopped() && interruption.requested()) {
        output.say("stopped; saved in " + folder + "; go on with: dlt sweep " + experiment.file + " --out " + folder + " --resume");
        return interruption.exitCode();
      }
    }
    if (!noReport) {
      report(folder);
    }
    ObjectNode document = output.document().put("sweep", folder.toString());
    result.best().ifPresentOrElse(b -> document.put("best", b.path().toString()), () -> document.putNull("best"));
    document.set("leaderboard", result.leaderboard().json(true));
    output.result(document, result.leaderboard().text(Integer.MAX_VALUE));
    if (result.best().isEmpty()) {
      throw new Failure(Failure.Kind.DIVERGED, folder + ": every trial diverged; sweep over smaller learning rates");
    }
    output.say("best run    " + result.best().get().path());
    return 0;
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
      try (Stream<Path> all = Files.list(sweeps)) {
        Optional<Path> newest = all.filter(f -> f.getFileName().toString().startsWith(name + "-")).max(Comparator.naturalOrder());
        if (newest.isPresent()) {
          return newest.get();
        }
      } catch (IOException e) {
        throw new Failure(Failure.Kind.USAGE, sweeps + ": could not be listed: " + AtomicFile.reason(e), e);
      }
    }
    return RunDirectory.fresh(sweeps, name, Instant.now()).path();
  }

  /// A line for each trial, with the best so far.
  private void show(Leaderboard board) {
    told++;
    Standing best = board.sorted().getFirst();
    output.say(String.format(Locale.ROOT, "%d trials done; best: trial %d, %s %.5g", told, best.trial().number() + 1, board.metric(), best.score()));
  }
}
