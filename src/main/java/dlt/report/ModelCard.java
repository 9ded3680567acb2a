package dlt.report;

import dlt.config.YamlNode;
import dlt.config.YamlWriter;
import dlt.data.Batches;
import dlt.data.Column;
import dlt.data.Division;
import dlt.data.Field;
import dlt.data.Fitted;
import dlt.data.Leakage;
import dlt.data.Part;
import dlt.data.Parts;
import dlt.data.Targets;
import dlt.data.Vocabulary;
import dlt.error.Failure;
import dlt.experiment.Experiment;
import dlt.infer.OnnxModel;
import dlt.metric.Task;
import dlt.run.History;
import dlt.run.Manifest;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.train.Ending;
import dlt.train.SavedModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.zip.CRC32C;

/// What somebody who is given a model should know of it, in Markdown: what it is for, how to use it, what it was made from, how
/// good it is and what is known to limit it. The licence is a question: nobody but its owner can answer it.
public final class ModelCard {
  private static final int MOST_CLASSES = 30, MOST_LAYERS = 40, MOST_CATEGORIES = 12;
  private static final double RARE = 0.05;
  private static final int FEW_SAMPLES = 100;

  private final SavedModel model;
  private final Experiment experiment;
  private final Manifest manifest;
  private final Division division;
  private final Parts parts;
  private final StringBuilder text = new StringBuilder();

  private ModelCard(SavedModel model) {
    this.model = model;
    this.experiment = model.file().experiment();
    this.manifest = Manifest.read(model.run());
    this.division = model.division();
    this.parts = model.parts(division);
  }

  /// The card of `model`, whose run has its ONNX file and whose data are there. Throws a [Failure] where they are not.
  public static String of(SavedModel model) {
    if (!Files.exists(model.run().onnx())) {
      throw new Failure(Failure.Kind.USAGE, model.run().onnx() + ": is not there, and the card is about it; make it with dlt export " + model.run().path() + " --onnx");
    }
    String card = new ModelCard(model).write();
    return card + mark(card.getBytes(StandardCharsets.UTF_8));
  }

  /// Whether `file` is a card to the byte as [#of] gave it; one that somebody went on writing is theirs.
  public static boolean untouched(byte[] file) {
    int end = file.length - mark(file).length();
    return end > 0 && mark(Arrays.copyOf(file, end)).equals(new String(file, end, file.length - end, StandardCharsets.UTF_8));
  }

  /// Stands last, and is not seen where Markdown is shown.
  private static String mark(byte[] card) {
    CRC32C sum = new CRC32C();
    sum.update(card);
    return String.format(Locale.ROOT, "%n<!-- as dlt wrote it: %08x -->%n", sum.getValue());
  }

  private String write() {
    line("# " + experiment.name()).line("");
    line(purpose() + " Trained with dlt " + manifest.dlt() + ", " + manifest.started().substring(0, Math.min(10, manifest.started().length())) + ".").line("");
    line("> **Licence: to be filled in by the owner.** Under which licence may this model be used, and does the licence of its data allow that?").line("");
    try (OnnxModel onnx = OnnxModel.open(model.run().onnx(), 1)) {
      use(onnx);
    }
    figures();
    data();
    limits();
    training();
    architecture();
    return text.toString();
  }

  private ModelCard line(String s) {
    text.append(s).append('\n');
    return this;
  }

  private void heading(String title) {
    line("").line("## " + title).line("");
  }

  private void table(List<String> heading, List<List<String>> rows) {
    text.append(Markdown.table(heading, rows, false));
  }

  private String purpose() {
    String inputs = String.join(", ", model.assembly().schema().inputs().stream().map(f -> "`" + f.name() + "` " + f.type().shape()).toList());
    String what = switch (model.task()) {
      case MULTICLASS -> "Tells " + (model.classes().isEmpty() ? "classes" : model.classes().size() + " classes") + " apart";
      case BINARY -> "Answers yes or no";
      case DECISION -> "Compares samples";
      case MULTILABEL -> "Gives each of several labels a yes or no";
      case REGRESSION -> "Predicts numbers";
      case SEQUENCE -> "Reads labels in their order";
    };
    return what + " from " + inputs + ".";
  }

  private void use(OnnxModel onnx) {
    SequencedMap<String, HostTensor> sample = sample();
    ModelExample example = new ModelExample(model, onnx, sample);
    heading("Use");
    line("`model.onnx` runs in any runtime for ONNX. Inputs: " + ModelExample.ports(onnx.inputs()) + "; outputs: " + ModelExample.ports(onnx.outputs())
        + (onnx.metadata().getOrDefault("dlt.output", "values").equals("values") ? "" : " (" + onnx.metadata().get("dlt.output") + ")")
        + ". N is the number of samples. **Preprocessing is inside: feed raw values**" + (experiment.data().steps().isEmpty() ? " (there is none)" : "")
        + (model.assembly().preprocessing().stream().flatMap(p -> p.steps().stream()).anyMatch(Fitted.Fill.class::isInstance) ? ", missing ones as NaN" : ", missing ones filled in beforehand")
        + "; images as [channels, rows, columns].").line("");
    for (Field f : model.assembly().schema().inputs()) {
      columns(f);
    }
    if (!model.classes().isEmpty() && model.classes().size() <= MOST_CLASSES) {
      line("Classes, in the order of the scores: " + String.join(", ", model.classes().stream().map(c -> "`" + c + "`").toList()) + ".").line("");
    }
    Optional<String> verdict = example.verdict(onnx.run(sample));
    line(example.literal() ? "The sample in these programs is one that the model was checked with" + verdict.map(v -> "; both end with `" + v + "`").orElse("") + "."
        : "Put a sample's numbers in place of the zeros.").line("");
    line("Java, with `com.microsoft.onnxruntime:onnxruntime` on the class path (`java -cp onnxruntime.jar UseModel.java model.onnx`):").line("");
    line("```java").line(example.java() + "```").line("");
    line("Python (`pip install onnxruntime numpy`):").line("");
    line("```python").line(example.python() + "```");
  }

  /// The first sample of the part that the export was verified on, as the inputs of a batch of one.
  private SequencedMap<String, HostTensor> sample() {
    Part part = parts.verified();
    Part first = new Part(part.name(), part.dataset(), Arrays.copyOf(part.samples(), 1));
    SequencedMap<String, HostTensor> r = new LinkedHashMap<>();
    try (Batches batches = new Batches(first, Batches.Options.plain(1)); Batches.Epoch epoch = batches.epoch(0, 0)) {
      List<HostTensor> inputs = epoch.next().inputs();
      for (int i = 0; i < inputs.size(); i++) {
        r.put(model.assembly().schema().inputs().get(i).name(), inputs.get(i).copy());
      }
    }
    return r;
  }

  private void columns(Field f) {
    if (f.columns().isEmpty()) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < f.columns().size(); i++) {
      Column c = f.columns().get(i);
      List<String> named = new ArrayList<>();
      for (int k = 0; k < Math.min(MOST_CATEGORIES, c.categories().size()); k++) {
        named.add(k + " " + c.categories().get(k));
      }
      if (c.vocabulary().isPresent()) {
        rows.add(List.of("0 to " + (c.vocabulary().get().length() - 1), c.name(), String.format(Locale.ROOT,
            "indices of its words: 0 padding, 1 unknown, then %,d words in the property `dlt.schema`, which also says how texts are cut%s",
            c.vocabulary().get().words().size(), c.vocabulary().get().mark() == Vocabulary.Mark.BEGIN ? "; 2 first, then those before the word that is asked for" : "")));
        continue;
      }
      rows.add(List.of(Integer.toString(i), c.name(), c.categorical() ? "index of the category: " + String.join(", ", named)
          + (named.size() < c.categories().size() ? ", \u2026 (all in the property `dlt.schema`)" : "") : "number"));
    }
    line("The columns of `" + f.name() + "`:").line("");
    table(List.of("place", "column", "value"), rows);
    line("");
  }

  private void figures() {
    heading("Figures");
    SequencedMap<String, List<String>> rows = new LinkedHashMap<>();
    List<String> measured = List.of("validation", "test");
    manifest.results().forEach((name, value) -> {
      int dot = name.indexOf('.');
      if (dot > 0 && measured.contains(name.substring(0, dot))) {
        List<String> row = rows.computeIfAbsent(name.substring(dot + 1), n -> new ArrayList<>(List.of(n, "-", "-")));
        row.set(1 + measured.indexOf(name.substring(0, dot)), Comparison.figure(value));
      }
    });
    if (rows.isEmpty()) {
      line("None: there was neither a validation nor a test part.");
    } else {
      table(List.of("", "validation", "test"), List.copyOf(rows.values()));
    }
    line("");
    Double difference = manifest.results().get(Manifest.ONNX_DIFFERENCE);
    line("Verified: " + (difference == null ? "run `dlt export --onnx` to compare ONNX Runtime with the engine that trained the model."
        : String.format(Locale.ROOT, "on up to 256 samples of the %s part ONNX Runtime's outputs differ from those of the engine that trained the model by %.1e at most.",
            parts.validation().isPresent() ? "validation" : parts.test().isPresent() ? "test" : "training", difference)));
  }

  private void data() {
    heading("Data");
    line("Source: `" + inline("data", "train") + "`. Split: `" + inline("data", "split") + "`.").line("");
    List<List<String>> rows = new ArrayList<>();
    for (Part p : parts.all()) {
      rows.add(List.of(p.name(), String.format(Locale.ROOT, "%,d", p.size()), balance(p), manifest.data().getOrDefault(p.name(), "")));
    }
    table(List.of("part", "samples", classes() > 0 ? "classes" : "", "SHA-256 of the source"), rows);
    line("").line("Preprocessing, fitted to the training part alone: `" + inline("data", "preprocess") + "`. Augmentation: `"
        + inline("data", "augment") + "`.");
  }

  private String balance(Part p) {
    if (classes() == 0) {
      return "";
    }
    long[] counts = Targets.counts(p, 0, classes());
    List<String> r = new ArrayList<>();
    for (int c = 0; c < counts.length; c++) {
      r.add(String.format(Locale.ROOT, "%s %.1f %%", name(c), 100.0 * counts[c] / Math.max(1, p.size())));
    }
    return String.join(", ", r);
  }

  private String name(int c) {
    return c < model.classes().size() ? model.classes().get(c) : Integer.toString(c);
  }

  /// The number of classes of one class index a sample, where they are few enough to be named; 0 elsewhere.
  private int classes() {
    List<Field> targets = parts.train().dataset().targets();
    boolean indices = !targets.isEmpty() && targets.getFirst().type().dtype() == DType.INT64 && targets.getFirst().type().shape().size() == 1 && model.task() == Task.MULTICLASS;
    int n = indices ? Math.toIntExact(model.assembly().outputs().get(model.assembly().scored()).size()) : 0;
    return n <= MOST_CLASSES ? n : 0;
  }

  private void limits() {
    heading("Known limits");
    List<String> r = new ArrayList<>();
    if (parts.test().isEmpty()) {
      r.add(parts.validation().isPresent() ? "There is no test part: the validation part also chose the epoch, so that its figures are somewhat too good."
          : "There is no part that the figures could have been taken on without bias.");
    }
    Part judged = parts.judged();
    if (judged.size() < FEW_SAMPLES) {
      r.add("The figures come from " + judged.size() + " samples: one more or less right answer changes them by " + String.format(Locale.ROOT, "%.1f %%.", 100.0 / judged.size()));
    }
    if (classes() > 0) {
      long[] counts = Targets.counts(parts.train(), 0, classes());
      for (int c = 0; c < counts.length; c++) {
        if (counts[c] < RARE * parts.train().size()) {
          r.add(String.format(Locale.ROOT, "Class `%s` is rare in training: %,d of %,d samples.", name(c), counts[c], parts.train().size()));
        }
      }
    }
    Leakage.warnings(division, true).forEach(w -> r.add(w.substring(0, 1).toUpperCase(Locale.ROOT) + w.substring(1)));
    r.add("What the data do not hold, the model has not learned: it answers inputs of any other kind too, without saying so. To be filled in: what must it not be used for?");
    r.forEach(l -> line("- " + l));
  }

  private void training() {
    heading("Training");
    History history = History.read(model.run());
    String ended = Ending.EARLY_STOPPING.key().equals(manifest.ended()) ? "; ended early, without an improvement"
        : Ending.BUDGET.key().equals(manifest.ended()) ? "; ended when its time was used up" : "";
    table(List.of("", ""), List.of(
        List.of("loss", "`" + inline("loss") + "`"),
        List.of("optimizer", "`" + inline("optimizer") + "`"),
        List.of("schedule", "`" + inline("schedule") + "`"),
        List.of("batch size", experiment.training().batchSize().text().orElse("")),
        List.of("epochs", history.epochs().size() + " of " + experiment.training().epochs() + ", epoch " + model.epoch()
            + (parts.validation().isPresent() ? " selected by validation " + experiment.select().metric() : " kept: the last one") + ended),
        List.of("time in epochs", String.format(Locale.ROOT, "%.1f s", history.seconds())),
        List.of("seed", Long.toString(manifest.seed())),
        List.of("device", manifest.device()),
        List.of("SHA-256 of model.onnx", manifest.artefacts().getOrDefault("model.onnx", "")),
        List.of("repeat", "`dlt train config.yaml` with the run's `config.yaml`: same data, version and instruction set, same bytes")));
  }

  private void architecture() {
    long parameters = model.assembly().layers().stream().mapToLong(l -> l.parameters()).sum();
    heading("Architecture");
    line(String.format(Locale.ROOT, "%d layers, %,d parameters.", model.assembly().layers().size(), parameters)).line("");
    List<List<String>> rows = new ArrayList<>();
    model.assembly().layers().stream().limit(MOST_LAYERS).forEach(l ->
        rows.add(List.of(l.name(), l.kind(), l.output().without(0).toString(), String.format(Locale.ROOT, "%,d", l.parameters()))));
    table(List.of("layer", "type", "output of a sample", "parameters"), rows);
    if (rows.size() < model.assembly().layers().size()) {
      line("").line("... and " + (model.assembly().layers().size() - rows.size()) + " more.");
    }
  }

  /// A part of the experiment as YAML in one line; `none` where it has none.
  private String inline(String... path) {
    YamlNode node = YamlWriter.node(experiment);
    for (String key : path) {
      Optional<YamlNode> inner = ((YamlNode.Mapping) node).value(key);
      if (inner.isEmpty()) {
        return "none";
      }
      node = inner.get();
    }
    return node.inline();
  }
}
