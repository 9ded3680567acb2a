package dlt.train;

import dlt.backend.Backend;
import dlt.config.YamlNode;
import dlt.config.YamlWriter;
import dlt.data.Part;
import dlt.data.Parts;
import dlt.error.Failure;
import dlt.experiment.Differences;
import dlt.experiment.Experiment;
import dlt.experiment.Prepared;
import dlt.infer.Parity;
import dlt.run.AtomicFile;
import dlt.run.Manifest;
import dlt.run.RunDirectory;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;

/// A training from its first to its last file: the resolved experiment, the training itself, the selected model's test, its
/// verified export, and the manifest.
public final class TrainingRun {
  /// What came of it. `failed` holds the asserts that do not hold; `stopped` says that a signal ended it early, with
  /// everything saved but no model exported.
  public record Result(
      RunDirectory run, int epochs, int bestEpoch, Optional<Scores> validation, Optional<Scores> test, Optional<Parity> parity,
      double seconds, List<String> failed, boolean stopped) {}

  /// Keys that a run may be resumed with other values of: they do not change the steps that were done.
  private static final List<String> RESUMABLE = List.of("training.epochs", "training.device", "training.early_stopping", "assert");

  private final Prepared prepared;
  private final Backend backend;
  private final RunDirectory run;
  private final TrainingListener listener;

  public TrainingRun(Prepared prepared, Backend backend, RunDirectory run, TrainingListener listener) {
    this.prepared = prepared;
    this.backend = backend;
    this.run = run;
    this.listener = listener;
  }

  /// Trains until the end or until `stop`. With `resume` it goes on with the run that is in the folder, if there is one;
  /// without, there must be none.
  public Result train(boolean resume, String dltVersion, BooleanSupplier stop) {
    long begin = System.nanoTime();
    Experiment experiment = prepared.file().experiment();
    try (FileLock lock = run.lock()) {
      boolean goesOn = prepareFolder(resume);
      Manifest manifest = manifest(dltVersion);
      if (goesOn) {
        refuseOtherData(manifest);
      }
      manifest.write(run);
      try (Trainer trainer = new Trainer(prepared, backend, run, listener)) {
        if (goesOn) {
          trainer.resume();
        }
        Trainer.Outcome outcome = trainer.train(stop);
        double seconds = (System.nanoTime() - begin) * 1e-9;
        if (outcome.stopped()) {
          return new Result(run, outcome.epochs(), outcome.bestEpoch(), outcome.validation(), Optional.empty(), Optional.empty(), seconds, List.of(), true);
        }
        Parts parts = prepared.parts();
        Optional<Scores> test = parts.test().map(t -> trainer.scores(outcome.best(), t));
        Map<String, Double> metrics = metrics(outcome.validation(), test);
        Parity parity = new Exporter(prepared.assembly(), backend)
            .export(outcome.best(), verified(parts), ModelMetadata.of(prepared.assembly(), manifest.data().get("train"), outcome.bestEpoch(), metrics), run.onnx());
        List<String> failed = experiment.assertions().stream().map(a -> a.verdict(metrics)).filter(v -> v != null).toList();
        finished(manifest, metrics).write(run);
        return new Result(run, outcome.epochs(), outcome.bestEpoch(), outcome.validation(), test, Optional.of(parity),
            (System.nanoTime() - begin) * 1e-9, failed, false);
      }
    } catch (IOException e) {
      throw new Failure(Failure.Kind.OUTPUT, run.path() + ": " + e.getMessage(), e);
    }
  }

  /// Validation rows where there are any: the model never learned from them.
  static Part verified(Parts parts) {
    return parts.validation().or(parts::test).orElse(parts.train());
  }

  private boolean prepareFolder(boolean resume) {
    String config = YamlWriter.write(prepared.file().experiment());
    boolean goesOn = run.exists();
    if (goesOn && !resume) {
      throw new Failure(Failure.Kind.USAGE, run.path() + ": a run is here already; go on with it by --resume, or choose another folder with --out");
    }
    if (goesOn) {
      List<String> changed = Differences.between(YamlNode.read(run.config()), YamlNode.parse(config, run.config())).stream()
          .filter(d -> RESUMABLE.stream().noneMatch(d::startsWith))
          .toList();
      if (!changed.isEmpty()) {
        throw new Failure(Failure.Kind.USAGE, run.path() + ": cannot be resumed with another experiment: " + String.join("; ", changed)
            + "; only " + String.join(", ", RESUMABLE) + " may change");
      }
    }
    AtomicFile.write(run.config(), out -> out.write(config.getBytes(StandardCharsets.UTF_8)));
    try {
      Files.deleteIfExists(run.onnx());
    } catch (IOException e) {
      throw new Failure(Failure.Kind.OUTPUT, run.onnx() + ": the model of an earlier attempt cannot be removed", e);
    }
    return goesOn;
  }

  /// A run goes on only with the data that it began with: other samples would make another model without a word.
  private void refuseOtherData(Manifest now) {
    if (Files.exists(run.manifest()) && !Manifest.read(run).data().equals(now.data())) {
      throw new Failure(Failure.Kind.DATA, run.path() + ": cannot be resumed: the data are not those that the run began with; "
          + "put them back, or start anew in another folder with --out");
    }
  }

  private Manifest manifest(String dltVersion) {
    SequencedMap<String, String> data = new LinkedHashMap<>();
    Parts parts = prepared.parts();
    data.put("train", parts.train().dataset().hash());
    parts.validation().ifPresent(p -> data.put("validation", p.dataset().hash()));
    parts.test().ifPresent(p -> data.put("test", p.dataset().hash()));
    return new Manifest(dltVersion, System.getProperty("java.vm.name") + " " + Runtime.version(), backend.description(),
        prepared.file().experiment().seed(), prepared.file().base(), prepared.file().file().toAbsolutePath().toString(), now(), null,
        data, new LinkedHashMap<>(), new LinkedHashMap<>());
  }

  private Manifest finished(Manifest m, Map<String, Double> metrics) {
    return new Manifest(m.dlt(), m.java(), m.device(), m.seed(), m.base(), m.experiment(), m.started(), now(), m.data(), Manifest.hashes(run),
        new LinkedHashMap<>(metrics));
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /// All figures as `part.metric`, and as `metric` those of the test, or of the validation where there is no test.
  static SequencedMap<String, Double> metrics(Optional<Scores> validation, Optional<Scores> test) {
    SequencedMap<String, Double> r = new LinkedHashMap<>();
    validation.ifPresent(s -> put(r, "validation.", s));
    test.ifPresent(s -> put(r, "test.", s));
    test.or(() -> validation).ifPresent(s -> put(r, "", s));
    return r;
  }

  private static void put(Map<String, Double> r, String prefix, Scores s) {
    r.put(prefix + "loss", s.loss());
    s.metrics().forEach((name, value) -> r.put(prefix + name, value));
  }

  /// The run that `--out` or the experiment's name and the time say.
  public static RunDirectory folder(Optional<Path> out, Path runs, String name, boolean resume) {
    if (out.isPresent()) {
      return new RunDirectory(out.get());
    }
    Optional<RunDirectory> newest = resume ? RunDirectory.newest(runs, r -> r.path().getFileName().toString().startsWith(name + "-")) : Optional.empty();
    return newest.orElseGet(() -> RunDirectory.fresh(runs, name, Instant.now()));
  }
}
