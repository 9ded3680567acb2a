package dlt.experiment;

import dlt.config.ConfigException;
import dlt.config.Hints;
import dlt.config.Invalid;
import dlt.data.Division;
import dlt.data.Augment;
import dlt.data.Field;
import dlt.data.Indexed;
import dlt.data.Part;
import dlt.data.Parts;
import dlt.data.Preprocess;
import dlt.data.Preprocessing;
import dlt.data.Reworded;
import dlt.data.Schema;
import dlt.data.TargetKind;
import dlt.data.Targets;
import dlt.data.Vocabulary;
import dlt.data.WeightedSampler;
import dlt.data.Wanted;
import dlt.error.Failure;
import dlt.loss.Activation;
import dlt.loss.Loss;
import dlt.loss.LossTerm;
import dlt.loss.Target;
import dlt.metric.Metric;
import dlt.metric.Task;
import dlt.op.ShapeException;
import dlt.optim.LearningRate;
import dlt.optim.Phase;
import dlt.optim.ReduceOnPlateau;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.SequencedMap;
import java.util.function.Supplier;

/// An experiment with its data open: everything that a training of so many epochs needs, checked.
public record Prepared(ExperimentFile file, Parts parts, Assembly assembly, Task task, int epochs) {
  /// The only training of `file`, or the first of several. Throws as [Trainings#open] and [Trainings#training] do.
  public static Prepared of(ExperimentFile file) {
    return Trainings.open(file).training(0);
  }

  /// Fits the preprocessing to the training part, builds the graphs and checks them and every target.
  static Prepared of(ExperimentFile file, Parts divided, int epochs, boolean selecting) {
    Experiment experiment = file.experiment();
    Parts parts = asRead(file, divided);
    Schema schema = parts.train().dataset().schema();
    requireColumns(file, experiment.data().steps(), schema.inputs());
    requireColumns(file, experiment.data().preprocessTargets(), schema.targets());
    List<Preprocessing> preprocessing = new ArrayList<>();
    for (int i = 0; i < schema.inputs().size(); i++) {
      int input = i;
      preprocessing.add(at(file, experiment.data().train(),
          () -> Preprocessing.fit(experiment.data().steps(), parts.train(), input)));
      for (Part part : parts.all()) {
        at(file, experiment.data().train(), () -> {
          preprocessing.get(input).requireNothingMissing(part, input);
          preprocessing.get(input).requireLogarithms(part, false, input);
        });
      }
    }
    List<Preprocessing> targets = at(file, experiment.data().train(), () -> ScaledTargets.fit(experiment, parts.train()));
    for (int i = 0; i < targets.size(); i++) {
      int target = i;
      parts.all().forEach(part -> at(file, experiment.data().train(), () -> targets.get(target).requireLogarithms(part, true, target)));
    }
    Assembly assembly = new Assembly(file, schema, preprocessing, targets, TargetCounts.of(parts.train()));
    for (LossTerm term : experiment.loss()) {
      checkTargets(file, assembly, term, parts);
    }
    Task task = task(assembly);
    Sampling.of(file, assembly, parts.train());
    checkMetrics(file, experiment, task, !selecting || parts.validation().isPresent());
    return new Prepared(file, parts, assembly, task, epochs);
  }

  /// The parts with texts in the words of the training part, and with those inputs as indices that the model looks up.
  static Parts asRead(ExperimentFile file, Parts divided) {
    Parts parts = at(file, file.experiment().data().train(), () -> Reworded.fitted(divided));
    SequencedMap<Integer, Integer> lookups = Lookups.of(file.experiment(), parts.train().dataset().schema());
    List<Integer> inputs = List.copyOf(lookups.keySet());
    Parts r = parts.map(p -> Indexed.inputs(p, inputs));
    at(file, file.experiment().data().train(), () -> {
      Augment.check(file.experiment().data().augment(), r.train().dataset().schema());
      lookups.forEach((input, size) -> r.all().forEach(part -> Indexed.check(part, input, size)));
    });
    return r;
  }

  /// Throws a [Failure] of kind DATA where a sample of `part` has an index that the model's embeddings lack.
  public static void checkIndices(Assembly assembly, Part part) {
    Lookups.of(assembly.experiment(), assembly.schema()).forEach((input, size) -> Indexed.check(part, input, size));
  }

  /// The metrics that are measured: the experiment's, or those worth knowing for the task.
  public List<Metric> metrics() {
    return metrics(file.experiment(), task);
  }

  /// The metrics that `experiment` asks for, or those worth knowing for `task`.
  public static List<Metric> metrics(Experiment experiment, Task task) {
    return experiment.metrics().isEmpty() ? task.metrics() : experiment.metrics();
  }

  /// What draws the samples of each epoch, where they are not all taken once.
  public Optional<WeightedSampler> sampler() {
    return Sampling.of(file, assembly, parts.train());
  }

  /// The samples of a training step.
  public int batchSize() {
    return file.experiment().training().batchSize().of(parts.train().size());
  }

  /// The learning rate of a training with so many steps an epoch. Throws [ConfigException] where the schedule does not fit.
  public LearningRate rate(long stepsPerEpoch) {
    Experiment experiment = file.experiment();
    try {
      return new LearningRate(experiment.schedule(), stepsPerEpoch, experiment.training().epochs());
    } catch (Invalid e) {
      throw new ConfigException(file.bound().at(experiment, "schedule"), "found " + e.found() + ", expected " + e.expected(), "");
    }
  }

  /// Throws [ConfigException] where the schedule does not fit a training on these data.
  public void requireSchedule() {
    Training training = file.experiment().training();
    rate(Math.ceilDiv(Math.ceilDiv(parts.train().size(), batchSize()), training.accumulate()));
  }

  /// Throws [ConfigException] where a step names a column that none of `fields` has as a number.
  private static void requireColumns(ExperimentFile file, List<Preprocess> steps, List<Field> fields) {
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i) instanceof Preprocess.Log l) {
        List<String> known = Preprocessing.numbers(steps, i, fields);
        l.columns().stream().filter(c -> !known.contains(c)).findFirst().ifPresent(c -> {
          throw new ConfigException(file.bound().at(l, "columns"), "found '" + c + "', expected a column of numbers" + (known.isEmpty() ? ", of which there is none here"
              : ", of which there are " + String.join(", ", known)), Hints.nearest(c, known).map(n -> "did you mean `" + n + "`?").orElse(""));
        });
      }
    }
  }

  /// Opens the data of `file` and divides them, after checking what the file alone can tell.
  static Division open(ExperimentFile file, OpenedData opened) {
    Experiment experiment = file.experiment();
    Wanted wanted = wanted(experiment);
    if (!experiment.data().train().readsNothing()) {
      experiment.data().train().declared(wanted).ifPresent(schema -> declared(file, schema));
    }
    return at(file, experiment.data().train(), () -> opened.open(experiment.data(), file.base(), wanted, experiment.seed()));
  }

  /// The graphs of a file whose source says without being read what its samples are: shapes and losses are checked, the
  /// statistics of the preprocessing are made up.
  private static void declared(ExperimentFile file, Schema unread) {
    Schema schema = new Schema(unread.inputs(), unread.targets().stream().map(Prepared::withClasses).toList());
    List<Preprocessing> unfitted = schema.inputs().stream()
        .map(f -> new Preprocessing(f, List.of(), Preprocessing.output(file.experiment().data().steps(), f)))
        .toList();
    if (unfitted.stream().allMatch(p -> p.output().equals(p.input().type()))) {
      List<Preprocessing> targets = schema.targets().stream().map(f -> new Preprocessing(f, List.of(), f.type())).toList();
      new Assembly(file, schema, unfitted, targets, TargetCounts.EVEN);
    }
  }

  /// A target whose classes are not known yet has some: how many does not matter to what fits what.
  private static Field withClasses(Field target) {
    return target.type().dtype() == DType.INT64 && target.classes().isEmpty() ? new Field(target.name(), target.type(), List.of("0", "1"), target.columns()) : target;
  }

  /// What the losses want of the data.
  public static Wanted wanted(Experiment experiment) {
    Map<String, TargetKind> named = new HashMap<>();
    TargetKind all = TargetKind.VALUES;
    for (LossTerm term : experiment.loss()) {
      TargetKind kind = kind(term.loss());
      if (term.target().isPresent()) {
        named.put(term.target().get(), kind);
      } else {
        all = kind;
      }
    }
    if (experiment.loss().stream().allMatch(t -> t.target().isPresent())) {
      named.putIfAbsent("label", TargetKind.CLASSES); // the class of an image's folder, which no loss reads
    }
    return new Wanted(all, named, Optional.empty());
  }

  /// What kind of target a loss takes, asked with predictions of some shapes, of which it may refuse some.
  private static TargetKind kind(Loss loss) {
    return Stream.of(Shape.of(2, 2), Shape.of(2, 2, 2)).anyMatch(shape -> takesIndices(loss, shape)) ? TargetKind.CLASSES : TargetKind.VALUES;
  }

  private static boolean takesIndices(Loss loss, Shape predictions) {
    try {
      return loss.target(Collections.nCopies(loss.inputs().size(), predictions), DType.INT64).filter(t -> t.dtype() == DType.INT64).isPresent();
    } catch (ShapeException e) {
      return false;
    }
  }

  private static void checkTargets(ExperimentFile file, Assembly assembly, LossTerm term, Parts parts) {
    Optional<Target> expected = assembly.expected(term, 2);
    Optional<String> input = assembly.targetInput(term);
    if (input.isPresent()) {
      if (expected.orElse(null) instanceof Target.Numbers n && n.min() > Double.NEGATIVE_INFINITY) {
        Preprocessing seen = assembly.input(input.get());
        parts.all().forEach(part -> at(file, term, () -> seen.checkRange(part, assembly.preprocessing().indexOf(seen), n.min(), n.max())));
      } else if (expected.isPresent() && !(expected.get() instanceof Target.Numbers)) {
        throw new ConfigException(file.bound().at(term, "target"), "found the input '" + input.get() + "' as the target of a loss that compares no numbers",
            "mse, l1, smooth_l1, huber and binary cross entropies do");
      }
      return;
    }
    int field = assembly.targetIndex(term);
    if (expected.isPresent() && parts.train().dataset().targets().get(field).vocabulary().filter(v -> v.mark() == Vocabulary.Mark.END).isPresent()
        && !(expected.get() instanceof Target.ClassIndices c && c.ignored() == Vocabulary.PADDING)) {
      throw new ConfigException(file.bound().at(term), "found target '" + parts.train().dataset().targets().get(field).name() + "', a text, under a loss that would learn its padding too",
          "say `cross_entropy: {ignore_index: 0}`: 0 is padding");
    }
    boolean mixed = expected.isPresent() && assembly.trainingTargets().get(field).type().dtype() != expected.get().dtype();
    for (Part part : parts.all()) {
      at(file, file.experiment().data().train(), () -> {
        switch (expected.orElse(null)) {
          case null -> {}
          case Target.ClassIndices c ->
            Targets.checkClasses(part, field, c.classes(), mixed && part == parts.train() ? 0 : c.ignored()); // an ignored class has no probabilities
          case Target.Numbers n -> Targets.checkRange(part, field, n.min(), n.max());
          case Target.Signs _ -> Targets.checkSigns(part, field);
          case Target.LabelSequences s -> Targets.checkSequences(part, field, s.classes(), s.blank(), s.steps());
        }
        return null;
      });
    }
  }

  /// What the first loss's output and target mean.
  public static Task task(Assembly assembly) {
    LossTerm term = assembly.experiment().loss().getFirst();
    if (assembly.targetInput(term).isPresent()) {
      return Task.REGRESSION; // of numbers, also where their loss wants them between 0 and 1
    }
    return switch (assembly.expected(term, 2).orElse(null)) {
      case Target.ClassIndices _ -> Task.MULTICLASS;
      case Target.Numbers _ when assembly.activation(assembly.scored()) == Activation.SOFTMAX -> Task.MULTICLASS; // their probabilities
      case Target.Numbers n when n.min() == 0 && n.max() == 1 ->
          // one answer a sample, or one channel of a mask, of which every pixel is an answer
          n.shape().size() == 2 || n.shape().rank() > 2 && n.shape().dim(1) == 1 ? Task.BINARY : Task.MULTILABEL;
      case Target.Numbers _ -> Task.REGRESSION;
      case Target.Signs _ -> Task.DECISION;
      case Target.LabelSequences _ -> Task.SEQUENCE;
      case null -> Task.DECISION; // of triplets
    };
  }

  private static void checkMetrics(ExperimentFile file, Experiment experiment, Task task, boolean validated) {
    for (Metric m : experiment.metrics()) {
      m.mismatch(task).ifPresent(why -> {
        throw new ConfigException(file.bound().at(experiment, "metrics"), why, "");
      });
    }
    String selected = experiment.select().metric();
    List<String> known = new ArrayList<>(List.of("loss"));
    metrics(experiment, task).forEach(m -> known.add(m.key()));
    if (!known.contains(selected)) {
      throw new ConfigException(file.bound().at(experiment.select(), "metric"), "found metric '" + selected + "', expected one of " + String.join(", ", known),
          "list it under metrics");
    }
    for (Phase phase : experiment.schedule()) {
      if (phase.schedule() instanceof ReduceOnPlateau p && !known.contains(p.metric())) {
        throw new ConfigException(file.bound().at(p, "metric"), "found metric '" + p.metric() + "', expected one of " + String.join(", ", known),
            "list it under metrics");
      }
      if (phase.schedule() instanceof ReduceOnPlateau p && !p.metric().equals("loss") && refits(experiment)) {
        throw new ConfigException(file.bound().at(p, "metric"), "found metric '" + p.metric() + "', expected loss: the last training, on all samples of the "
            + "folds, has no validation part to measure it on", "say data.split.refit: false, or metric: loss (it then follows the training loss)");
      }
    }
    if (!validated && (!selected.equals("loss") || experiment.training().earlyStopping().isPresent())) {
      throw new ConfigException(file.bound().at(experiment.select()), "there is no validation part to select or stop by",
          "give data.split: {validation: 0.2} or a validation source");
    }
  }

  private static boolean refits(Experiment experiment) {
    return experiment.data().split().filter(s -> s.several() && s.refit().orElse(true)).isPresent();
  }

  private static void at(ExperimentFile file, Object source, Runnable work) {
    at(file, source, () -> {
      work.run();
      return null;
    });
  }

  /// What `work` gives; a failure gets the place in the file where the data is named.
  private static <T> T at(ExperimentFile file, Object source, Supplier<T> work) {
    try {
      return work.get();
    } catch (Failure f) {
      if (f.kind() == Failure.Kind.DATA || f.kind() == Failure.Kind.USAGE) {
        throw f.at(file.bound().at(source).place());
      }
      throw f;
    }
  }
}
