package dlt.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dlt.backend.Backend;
import dlt.data.Data;
import dlt.data.Division;
import dlt.data.Field;
import dlt.data.JsonSample;
import dlt.data.Part;
import dlt.data.Parts;
import dlt.data.Preprocess;
import dlt.data.Preprocessing;
import dlt.data.Schema;
import dlt.data.Source;
import dlt.data.Split;
import dlt.data.TargetKind;
import dlt.data.Wanted;
import dlt.error.Failure;
import dlt.experiment.Assembly;
import dlt.experiment.ExperimentFile;
import dlt.experiment.Prepared;
import dlt.experiment.ScaledTargets;
import dlt.experiment.Weights;
import dlt.infer.Parity;
import dlt.loss.LossTerm;
import dlt.metric.Metric;
import dlt.metric.Task;
import dlt.run.AtomicFile;
import dlt.run.Manifest;
import dlt.run.RunDirectory;
import dlt.tensor.HostTensor;
import dlt.tensor.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/// The selected model of a run: its experiment, its graphs and its weights, without the data that it was trained on.
public record SavedModel(RunDirectory run, ExperimentFile file, Assembly assembly, SequencedMap<String, HostTensor> weights) {
  /// Reads `run`. Throws a [Failure] of kind USAGE where it is no run, or has no model yet.
  public static SavedModel open(RunDirectory run) {
    if (!run.exists()) {
      throw new Failure(Failure.Kind.USAGE, run.path() + ": no run is here; give the folder of one, or train first: dlt train EXP");
    }
    ExperimentFile file = ExperimentFile.read(run.config(), Manifest.read(run).base(), List.of());
    if (!Files.exists(run.best()) && file.experiment().data().split().flatMap(Split::refit).filter(r -> !r).isPresent()) {
      throw new Failure(Failure.Kind.USAGE, run.path() + ": has folds and no model of all (refit: false); take a fold's, such as "
          + run.fold(0).path() + ", or go on with dlt train EXP --out " + run.path() + " --resume --set data.split.refit=true");
    }
    if (!Files.exists(run.best())) {
      throw new Failure(Failure.Kind.USAGE, run.path() + ": has no selected model yet; go on with dlt train EXP --out " + run.path() + " --resume");
    }
    BestCheckpoint best = BestCheckpoint.read(run);
    Schema schema = best.schema();
    List<Preprocessing> preprocessing = new ArrayList<>();
    for (Field field : schema.inputs()) {
      preprocessing.add(best.preprocessing(file.experiment().data().steps(), field, preprocessing.size()));
    }
    List<Preprocessing> targets = new ArrayList<>();
    for (List<Preprocess> steps : ScaledTargets.steps(file.experiment(), schema)) {
      targets.add(best.targetPreprocessing(steps, schema.targets().get(targets.size()), targets.size()));
    }
    Assembly assembly = new Assembly(file, schema, preprocessing, targets, best.counts());
    return new SavedModel(run, file, assembly, best.weights(assembly));
  }

  /// The files and folders that the experiment reads: its data, and the weights that it starts from.
  public List<Path> reads() {
    Data data = file.experiment().data();
    Stream<String> sources = Stream.of(Optional.of(data.train()), data.validation(), data.test()).flatMap(Optional::stream).flatMap(s -> s.paths().stream());
    return Stream.concat(sources, file.experiment().model().init().stream().map(Weights::weights)).map(file.base()::resolve).toList();
  }

  /// The data of the experiment, divided as for the training of the model: one that was refitted has no validation part.
  public Parts parts() {
    return parts(division());
  }

  /// The parts of `division` that the model was trained and is measured on.
  public Parts parts(Division division) {
    return refitted() ? division.whole() : division.trainings().getFirst();
  }

  /// The data of the experiment with all trainings that its split asks for.
  public Division division() {
    return file.experiment().data().open(file.base(), wanted(), file.experiment().seed());
  }

  /// Whether the data are no longer those that the run's manifest names: `parts` may then hold out what the model has learned from.
  public boolean trainedOnOther(Parts parts) {
    if (!Files.exists(run.manifest())) {
      return false;
    }
    Map<String, String> then = Manifest.read(run).data();
    return parts.all().stream().anyMatch(p -> then.containsKey(p.name()) && !then.get(p.name()).equals(p.dataset().hash()));
  }

  /// Whether it was trained on all samples of the folds, after them.
  public boolean refitted() {
    return file.experiment().data().split().filter(Split::several).isPresent();
  }

  /// Other data with targets: every sample of `source`, whose paths count from `base`. Throws a [Failure] of kind DATA where
  /// they do not fit the model.
  public Part part(Source source, Path base) {
    return checked(source, base, wanted());
  }

  /// Other data without targets, as [#part].
  public Part inputs(Source source, Path base) {
    return checked(source, base, Wanted.of(TargetKind.NONE).like(assembly.schema()));
  }

  /// The sample that `json` holds, without targets; messages call it `origin`. Throws a [Failure] of kind DATA where it does not
  /// fit the model.
  public Part sample(JsonNode json, String origin) {
    return checked(JsonSample.part(json, origin, file.experiment().data().train(), assembly.schema()));
  }

  /// Whether it writes texts, word by word.
  public boolean writes() {
    return Decoding.of(assembly).isPresent();
  }

  /// So many times the sample whose only text is `text`: what the model reads, or goes on from. Throws a [Failure] of kind USAGE where
  /// the model writes no texts, or reads more than one.
  public Part prompt(String text, int samples) {
    List<Field> read = assembly.schema().inputs().stream().filter(f -> !assembly.schema().written(f)).toList();
    if (!writes() || read.size() != 1 || read.getFirst().vocabulary().isEmpty()) {
      throw new Failure(Failure.Kind.USAGE, run.path() + ": --prompt gives one text to a model that writes another, or goes on; this one "
          + (writes() ? "reads " + String.join(", ", read.stream().map(Field::name).toList()) : "writes none") + ": give its samples by --input");
    }
    Part one = sample(JsonNodeFactory.instance.objectNode().put(read.getFirst().columns().getFirst().name(), text), "--prompt");
    return new Part(one.name(), one.dataset(), new int[samples]);
  }

  /// The words of `text`, as [#prompt] takes it, that the model does not know, on one line; empty where it knows all.
  public Optional<String> unknown(String text) {
    return assembly.schema().inputs().stream().filter(f -> !assembly.schema().written(f)).findFirst().flatMap(Field::vocabulary).flatMap(v -> v.unknown(text));
  }

  private Part checked(Source source, Path base, Wanted wanted) {
    return checked(Data.whole("data", source, base, wanted, file.experiment().seed()));
  }

  private Part checked(Part part) {
    for (int i = 0; i < assembly.preprocessing().size(); i++) {
      assembly.preprocessing().get(i).requireNothingMissing(part, i);
      assembly.preprocessing().get(i).requireLogarithms(part, false, i);
    }
    Prepared.checkIndices(assembly, part);
    return part;
  }

  private Wanted wanted() {
    return Prepared.wanted(file.experiment()).like(assembly.schema());
  }

  /// What the model's output means.
  public Task task() {
    return Prepared.task(assembly);
  }

  /// The names of the classes that the scored output tells apart; none where they have none.
  public List<String> classes() {
    return classes(assembly);
  }

  static List<String> classes(Assembly assembly) {
    boolean probabilities = Prepared.task(assembly) == Task.MULTICLASS; // the columns of a target together are those of its classes
    return assembly.targetField(assembly.scored()).map(probabilities ? Predictions::names : Field::classes).orElse(List.of());
  }

  /// The target of the first loss, where it is a text.
  public Optional<Field> text() {
    return text(assembly);
  }

  static Optional<Field> text(Assembly assembly) {
    LossTerm first = assembly.experiment().loss().getFirst();
    return assembly.targetInput(first).isPresent() || assembly.expected(first, 2).isEmpty() ? Optional.empty()
        : Optional.of(assembly.schema().targets().get(assembly.targetIndex(first))).filter(f -> f.vocabulary().isPresent());
  }

  /// What is measured of it.
  public List<Metric> metrics() {
    return Prepared.metrics(file.experiment(), task());
  }

  /// The scores on `part`.
  public Scores scores(Backend backend, Part part) {
    return scores(backend, part, (_, _) -> {});
  }

  /// As above; `seen` gets the predictions and targets of each batch, in the part's order.
  public Scores scores(Backend backend, Part part, BiConsumer<HostTensor, HostTensor> seen) {
    Variables variables = variables(backend);
    int batchSize = file.experiment().training().batchSize().of(part.size());
    try (Evaluator evaluator = new Evaluator(assembly, backend, variables, task(), metrics(), batchSize)) {
      return evaluator.scores(part, seen);
    }
  }

  /// The weights on a device.
  public Variables variables(Backend backend) {
    return Variables.of(backend, assembly, weights);
  }

  /// Exports the model to `onnx` and compares the two on the validation part (test or training part where there is none).
  public Parity export(Backend backend, Path onnx) {
    Parts parts = parts();
    Map<String, Double> results = Manifest.read(run).results();
    return new Exporter(assembly, backend).export(weights, parts.verified(),
        ModelMetadata.of(assembly, parts.train().dataset().hash(), epoch(), results), onnx);
  }

  /// Writes the weights under PyTorch's names to `safetensors`.
  public void exportWeights(Path safetensors) {
    // the format that PyTorch's loaders look for
    AtomicFile.write(safetensors, out -> Safetensors.write(out, weights, Map.of("format", "pt")));
  }

  /// The selected epoch.
  public int epoch() {
    return BestCheckpoint.epoch(run);
  }
}
