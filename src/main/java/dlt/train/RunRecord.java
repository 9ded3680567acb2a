package dlt.train;

import dlt.config.YamlNode;
import dlt.config.YamlWriter;
import dlt.data.Parts;
import dlt.error.Failure;
import dlt.experiment.Differences;
import dlt.experiment.Experiment;
import dlt.experiment.ExperimentFile;
import dlt.run.AtomicFile;
import dlt.run.Manifest;
import dlt.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// What a run says of itself, in `config.yaml` and `manifest.json`: written when it begins, completed when it ends.
final class RunRecord {
  /// Keys that a run may be resumed with other values of: they do not change the steps that were done.
  private static final List<String> RESUMABLE =
      List.of("training.epochs", "training.device", "training.early_stopping", "training.budget", "data.split.refit", "assert");

  /// Who trains: the experiment's file, the device and this version of dlt.
  record Origin(ExperimentFile file, String device, String dlt) {}

  private final RunDirectory run;
  private final String config;
  private final Manifest manifest;
  private final boolean goesOn;

  private RunRecord(RunDirectory run, String config, Manifest manifest, boolean goesOn) {
    this.run = run;
    this.config = config;
    this.manifest = manifest;
    this.goesOn = goesOn;
  }

  /// Begins a training of `experiment` with `parts` in `run`. With `resume` the one that is there may go on, and stays as it is
  /// until [#goOn]. Throws a [Failure] where one is there already, or cannot go on with this experiment or these data.
  static RunRecord begin(RunDirectory run, Experiment experiment, Origin origin, Parts parts, boolean resume) {
    String config = YamlWriter.write(experiment);
    Manifest manifest = manifest(experiment, origin, parts);
    boolean goesOn = run.exists();
    if (goesOn && !resume) {
      throw new Failure(Failure.Kind.USAGE, run.path() + ": a run is here already; go on with it by --resume, or choose another folder with --out");
    }
    RunRecord record = new RunRecord(run, config, manifest, goesOn);
    if (goesOn) {
      refuseOtherExperiment(run, config);
      refuseOtherData(run, manifest);
    } else {
      run.requireUntaken();
      record.write();
    }
    return record;
  }

  private void write() {
    AtomicFile.write(run.config(), config);
    manifest.write(run);
  }

  /// Whether a training has begun here before.
  boolean goesOn() {
    return goesOn;
  }

  /// Replaces what an earlier attempt wrote of itself, if there was one, and removes its model.
  void goOn() {
    if (goesOn) {
      write();
      removeModel(run);
    }
  }

  /// The SHA-256 of the training source.
  String dataHash() {
    return manifest.data().get("train");
  }

  /// Completes the manifest.
  void finish(Map<String, Double> metrics, Ending ending) {
    Manifest m = manifest;
    new Manifest(m.dlt(), m.java(), m.device(), m.seed(), m.base(), m.experiment(), m.started(), now(), ending.key(), m.data(), Manifest.hashes(run),
        new LinkedHashMap<>(metrics)).write(run);
  }

  private static void refuseOtherExperiment(RunDirectory run, String config) {
    List<String> changed = Differences.between(YamlNode.read(run.config()), YamlNode.parse(config, run.config())).stream()
        .filter(d -> RESUMABLE.stream().noneMatch(d::startsWith))
        .toList();
    if (!changed.isEmpty()) {
      throw new Failure(Failure.Kind.USAGE, run.path() + ": cannot be resumed with another experiment: " + String.join("; ", changed)
          + "; only " + String.join(", ", RESUMABLE) + " may change");
    }
  }

  /// A run goes on only with the data that it began with: other samples would make another model without a word.
  private static void refuseOtherData(RunDirectory run, Manifest now) {
    if (Files.exists(run.manifest()) && !Manifest.read(run).data().equals(now.data())) {
      throw new Failure(Failure.Kind.DATA, run.path() + ": cannot be resumed: the data are not those that the run began with; "
          + "put them back, or start anew in another folder with --out");
    }
  }

  /// The model of an earlier attempt is not that of this one.
  private static void removeModel(RunDirectory run) {
    try {
      Files.deleteIfExists(run.onnx());
    } catch (IOException e) {
      throw new Failure(Failure.Kind.OUTPUT, run.onnx() + ": the model of an earlier attempt cannot be removed", e);
    }
  }

  private static Manifest manifest(Experiment experiment, Origin origin, Parts parts) {
    SequencedMap<String, String> data = new LinkedHashMap<>();
    data.put("train", parts.train().dataset().hash());
    parts.validation().ifPresent(p -> data.put("validation", p.dataset().hash()));
    parts.test().ifPresent(p -> data.put("test", p.dataset().hash()));
    ExperimentFile file = origin.file();
    return new Manifest(origin.dlt(), System.getProperty("java.vm.name") + " " + Runtime.version(), origin.device(), experiment.seed(), file.base(),
        file.file().toAbsolutePath().toString(), now(), null, null, data, new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
