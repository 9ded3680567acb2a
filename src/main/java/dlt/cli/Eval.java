package dlt.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dlt.data.Part;
import dlt.data.Parts;
import dlt.data.Source;
import dlt.error.Failure;
import dlt.experiment.Assertion;
import dlt.run.Manifest;
import dlt.run.MetricsLog;
import dlt.train.SavedModel;
import dlt.train.Scores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "eval", description = "Measures the selected model of a run on a part of its data, or on other data.", mixinStandardHelpOptions = true)
final class Eval implements Callable<Integer> {
  /// The parts of an experiment's data.
  enum PartName {
    TRAIN, VALIDATION, TEST;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Mixin RunArgument run;
  @Mixin DeviceOptions device;
  @Mixin Output output;
  @Mixin JUnitOption junit;

  @Option(names = "--part", paramLabel = "PART", description = "${COMPLETION-CANDIDATES}; the test part, or else the validation part, where left out.")
  Optional<PartName> part = Optional.empty();

  @Option(names = "--data", paramLabel = "FILE", description = "Other data with targets: csv, parquet, jsonl, npz, npy, safetensors, hdf5 or a folder of images.")
  Optional<Path> data = Optional.empty();

  @Option(names = "--assert", paramLabel = "CONDITION", description = "Exit 5 unless it holds, such as 'accuracy>=0.9'; may be given often.")
  List<String> conditions = new ArrayList<>();

  @Override
  public Integer call() {
    return junit.around(output, run.path.map(Path::toString).orElse("newest run"), "measured", this::measure);
  }

  private int measure(List<Assertion.Verdict> asserts) {
    List<Assertion> assertions = conditions.stream().map(c -> Conditions.read(() -> Assertion.parse(c))).toList();
    SavedModel model = SavedModel.open(run.run());
    Part chosen = choose(model);
    Scores scores = device.compute(model.file().experiment().training(), backend -> model.scores(backend, chosen));
    ObjectNode d = output.document().put("run", model.run().path().toString()).put("part", chosen.name()).put("samples", scores.samples());
    ObjectNode metrics = d.putObject("metrics");
    MetricsLog.put(metrics, "loss", scores.loss());
    scores.metrics().forEach((name, value) -> MetricsLog.put(metrics, name, value));
    scores.confusion().ifPresent(c -> d.set("confusion", d.pojoNode(c.counts())));
    ClassTable classes = new ClassTable(scores, model.assembly());
    classes.put(d);
    output.result(d, chosen.name() + " (" + scores.samples() + " samples)  " + FinalTable.scores(scores) + classes.text());
    Map<String, Double> known = new LinkedHashMap<>();
    known.put("loss", scores.loss());
    known.putAll(scores.metrics());
    new LinkedHashMap<>(known).forEach((name, value) -> known.put(chosen.name() + "." + name, value));
    assertions.forEach(a -> asserts.add(a.verdict(known)));
    List<String> failed = asserts.stream().flatMap(a -> a.wrong().stream()).toList();
    failed.forEach(f -> output.say("dlt: " + f));
    return failed.isEmpty() ? 0 : Failure.Kind.ASSERTION.exitCode();
  }

  private Part choose(SavedModel model) {
    if (data.isPresent()) {
      Path file = data.get().toAbsolutePath();
      return model.part(Source.of(file, model.file().experiment().data().train(), model.assembly().schema()), file.getRoot());
    }
    Parts parts = model.parts();
    if (model.trainedOnOther(parts)) {
      output.say("dlt: warning: the data have changed since the training: they are divided anew, and the model may have learned from what it is measured on; "
          + "put the old ones back, or measure others with --data FILE");
    }
    if (model.refitted() && part.filter(p -> p != PartName.VALIDATION).isEmpty() && parts.test().isEmpty()) {
      throw refitted(model);
    }
    return switch (part.orElse(parts.test().isPresent() ? PartName.TEST : parts.validation().isPresent() ? PartName.VALIDATION : PartName.TRAIN)) {
      case TRAIN -> parts.train();
      case VALIDATION -> parts.validation().orElseThrow(() -> model.refitted() ? refitted(model) : missing("validation"));
      case TEST -> parts.test().orElseThrow(() -> missing("test"));
    };
  }

  /// No score of a model on what it learned from is called a validation.
  private static Failure refitted(SavedModel model) {
    Map<String, Double> results = Manifest.read(model.run()).results();
    String mean = results.entrySet().stream().filter(e -> e.getKey().startsWith("validation."))
        .map(e -> String.format(Locale.ROOT, "%s %.4f", e.getKey().substring("validation.".length()), e.getValue())).collect(Collectors.joining(", "));
    return new Failure(Failure.Kind.USAGE, model.run().path() + ": this model was refitted on the samples of all folds, none is left to validate it; "
        + "the mean over the folds is " + mean + "; for one fold's model: dlt eval " + model.run().fold(0).path()
        + "; else --part train, or other data with --data FILE");
  }

  private Failure missing(String name) {
    return new Failure(Failure.Kind.USAGE, "--part " + name + ": the experiment has no " + name + " part; give other data with --data FILE");
  }
}
