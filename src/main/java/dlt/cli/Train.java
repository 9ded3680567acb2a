package dlt.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.backend.Backend;
import dlt.data.Leakage;
import dlt.error.Failure;
import dlt.experiment.Assertion;
import dlt.experiment.Doubts;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import dlt.experiment.Trainings;
import dlt.report.TensorBoard;
import dlt.run.MetricsLog;
import dlt.run.RunDirectory;
import dlt.train.CrossValidation;
import dlt.train.RateFinder;
import dlt.train.Scores;
import dlt.train.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "train",
    description = "Trains the experiment, selects the best epoch, exports it to ONNX and verifies the export.",
    mixinStandardHelpOptions = true)
final class Train implements Callable<Integer> {
  @Mixin ExperimentArguments experiment;
  @Mixin DeviceOptions device;
  @Mixin Output output;
  @Mixin JUnitOption junit;

  @Option(names = "--out", paramLabel = "DIR", description = "The run's folder; runs/NAME-TIME where left out.")
  Optional<Path> out = Optional.empty();

  @Option(names = "--resume", description = "Go on with the run in the folder (the newest of this name where --out is left out); start where there is none.")
  boolean resume;

  @Option(names = "--no-report", description = "Write no report.html.")
  boolean noReport;

  @Option(names = "--tensorboard", description = "Keep event files for TensorBoard in the run's folder; a run that has some goes on with them.")
  boolean tensorboard;

  @Option(names = "--find-lr", description = "Instead of training, try learning rates from 1e-7 to 10, print the losses and suggest a rate; no run is written.")
  boolean findLr;

  @Override
  public Integer call() {
    return junit.around(output, experiment.file.toString(), "trained, exported and verified", this::train);
  }

  private int train(List<Assertion.Verdict> asserts) {
    if (findLr && (out.isPresent() || resume || tensorboard || junit.file.isPresent())) {
      throw new Failure(Failure.Kind.USAGE, "--find-lr writes no run: leave out --out, --resume, --tensorboard and --junit");
    }
    ExperimentFile file = experiment.read();
    device.require(file.experiment().training());
    if (findLr) {
      return findRate(file);
    }
    Trainings trainings = Trainings.open(file);
    device.requireWithinBudget(trainings);
    device.requireCausal(trainings);
    Doubts.of(file).forEach(w -> output.say("dlt: " + w));
    Leakage.warnings(trainings.division(), false).forEach(w -> output.say("dlt: " + w));
    RunDirectory run = TrainingRun.folder(out, Path.of("runs"), file.experiment().name(), resume);
    try {
      return train(trainings, run, asserts);
    } finally {
      if (out.isEmpty()) {
        run.removeIfEmpty();
      }
    }
  }

  private int train(Trainings trainings, RunDirectory run, List<Assertion.Verdict> asserts) {
    TrainingRun.Result result;
    try (Interruption interruption = new Interruption()) {
      result = device.compute(trainings.file().experiment().training(), backend -> train(trainings, backend, run, interruption));
      if (result.stopped()) {
        output.result(output.document().put("run", run.path().toString()).put("epochs", result.epochs()).put("stopped", true), "");
        output.say("stopped" + (result.epochs() > 0 ? " after " + result.epochs() + (result.epochs() == 1 ? " whole epoch" : " whole epochs") + ", the best of them " + result.bestEpoch()
            : "") + "; all that was done is saved in " + run.path() + "\ngo on with: dlt train " + experiment.file + " --out " + run.path() + " --resume");
        return interruption.exitCode();
      }
    }
    output.result(document(result), "");
    asserts.addAll(result.asserts());
    FinalTable.print(output, result);
    for (String failed : result.failed()) {
      output.say("dlt: " + failed);
    }
    return result.failed().isEmpty() ? 0 : Failure.Kind.ASSERTION.exitCode();
  }

  /// Trains and writes the report. Called once more, on another device, it goes on with the run.
  private TrainingRun.Result train(Trainings trainings, Backend backend, RunDirectory run, Interruption interruption) {
    boolean goOn = resume;
    resume = true;
    Progress progress = new Progress(output);
    boolean events = tensorboard || Files.isDirectory(run.tensorboard()) || Files.isDirectory(run.fold(0).tensorboard());
    TrainingRun.Result result;
    try (TensorBoard board = new TensorBoard(progress)) {
      result = new TrainingRun(trainings, backend, run, events ? board : progress).train(goOn, Version.text(), interruption::requested);
    } finally {
      progress.end();
    }
    if (!noReport && !result.stopped()) {
      report(run, backend);
    }
    return result;
  }

  /// A page that cannot be made is no reason to fail a training that went well.
  private void report(RunDirectory run, Backend backend) {
    try {
      Report.write(run.report(), run, backend);
    } catch (Failure f) {
      output.say("dlt: no report: " + f.getMessage());
    }
  }

  private int findRate(ExperimentFile file) {
    Prepared prepared = Prepared.of(file);
    try (Backend backend = device.open(file.experiment().training()); RateFinder finder = new RateFinder(prepared, backend)) {
      RateFinder.Result found = finder.find();
      output.result(RateCurve.document(output, file.experiment().name(), found), "");
      RateCurve.print(output, found);
    }
    return 0;
  }

  private ObjectNode document(TrainingRun.Result r) {
    ObjectNode d = output.document().put("run", r.run().path().toString()).put("epochs", r.epochs()).put("ended", r.ending().key());
    ObjectNode best = d.putObject("best").put("epoch", r.bestEpoch());
    r.validation().ifPresentOrElse(s -> scores(best.putObject("validation"), s), () -> best.putNull("validation"));
    r.test().ifPresentOrElse(s -> scores(d.putObject("test"), s), () -> d.putNull("test"));
    r.folds().ifPresent(f -> folds(d, r, f));
    r.parity().ifPresentOrElse(
        p -> MetricsLog.put(d.putObject("onnx").put("path", r.run().onnx().toString()), "max_abs_difference", p.maxAbsolute()),
        () -> d.putNull("onnx"));
    MetricsLog.put(d, "seconds", r.seconds());
    return d;
  }

  private static void folds(ObjectNode d, TrainingRun.Result r, CrossValidation all) {
    ArrayNode folds = d.putArray("folds");
    for (CrossValidation.Fold f : all.folds()) {
      ObjectNode o = folds.addObject().put("fold", f.number()).put("run", f.run().path().toString()).put("epochs", f.epochs())
          .put("best_epoch", f.bestEpoch());
      scores(o.putObject("validation"), f.validation());
      f.test().ifPresent(t -> scores(o.putObject("test"), t));
    }
    scores(d.putObject("mean"), all.mean());
    scores(d.putObject("std"), all.deviation());
    d.put("out_of_fold", Files.exists(r.run().outOfFold()) ? r.run().outOfFold().toString() : null);
  }

  private static void scores(ObjectNode o, Scores s) {
    MetricsLog.put(o, "loss", s.loss());
    s.metrics().forEach((name, value) -> MetricsLog.put(o, name, value));
  }
}
