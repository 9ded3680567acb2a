package dlt.experiment;

import dlt.config.ConfigException;
import dlt.config.Invalid;
import dlt.config.Kinds;
import dlt.data.Augment;
import dlt.data.Field;
import dlt.data.Preprocessing;
import dlt.data.Schema;
import dlt.graph.GraphBuilder;
import dlt.loss.Activation;
import dlt.loss.Loss;
import dlt.loss.LossTerm;
import dlt.loss.Target;
import dlt.op.Emit;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// What an experiment minimises: its losses over the model's outputs (and other named layers) and the data's targets. Throws [ConfigException] where
/// the three do not fit one another.
final class Objective {
  private final ExperimentFile file;
  private final Experiment experiment;
  private final Schema schema;
  private final List<Preprocessing> preprocessing;
  private final List<String> inputs;
  private final SequencedMap<String, Shape> outputs;
  private final int results;

  /// The experiment's losses in their order, with balanced class weights settled.
  private final List<LossTerm> losses = new ArrayList<>();

  /// The losses of `file` over outputs of these shapes (of one sample), of which the first `results` are the model's own,
  /// and targets of `schema`, each preprocessed for the losses that compare it with a prediction, or the model's inputs of these
  /// names.
  Objective(ExperimentFile file, Schema schema, List<Preprocessing> preprocessing, List<String> inputs, SequencedMap<String, Shape> outputs,
      int results, TargetCounts counts) {
    this.file = file;
    this.experiment = file.experiment();
    this.schema = schema;
    this.preprocessing = List.copyOf(preprocessing);
    this.inputs = List.copyOf(inputs);
    this.outputs = outputs;
    this.results = results;
    LossTerm first = experiment.loss().getFirst();
    List<String> own = outputs.keySet().stream().limit(results).toList();
    for (String name : predictions(first)) {
      if (!own.contains(name)) {
        throw new ConfigException(file.bound().at(first, "input"), "found '" + name + "' under the first loss, which metrics belong to, but the model's outputs are "
            + String.join(", ", own), "put the loss of an output first, or list '" + name + "' under model.outputs");
      }
    }
    experiment.loss().forEach(t -> losses.add(settled(t, counts)));
    checkScaled();
  }

  private void checkScaled() {
    if (experiment.data().preprocessTargets().isEmpty()) {
      return;
    }
    if (losses.stream().noneMatch(this::scaled)) {
      throw new ConfigException(file.bound().at(experiment.data(), "preprocessTargets"), "no loss compares a prediction with a target that is a number: found "
          + losses.stream().map(t -> Kinds.name(t.loss().getClass())).collect(Collectors.joining(", ")), "mse, l1, smooth_l1 and huber do");
    }
    for (LossTerm t : losses) {
      Optional<LossTerm> first = predictions(t).stream().flatMap(output -> scorer(output).stream()).findFirst();
      if (first.isPresent() && (scaled(t) || scaled(first.get())) && (scaled(t) != scaled(first.get()) || !t.target().equals(first.get().target()))) {
        throw new ConfigException(file.bound().at(experiment.loss().get(losses.indexOf(t))), "takes an output that another loss compares with "
            + (t.target().equals(first.get().target()) ? "the preprocessed target" : "another target, which is preprocessed in its own way"),
            "give each its own output, or leave out data.preprocess_targets");
      }
    }
  }

  private boolean scaled(LossTerm t) {
    return ScaledTargets.scaled(experiment, schema, t);
  }

  /// The first loss of an output.
  private Optional<LossTerm> scorer(String output) {
    return losses.stream().filter(t -> (t.input().isEmpty() ? outputs.firstEntry().getKey() : t.input().getFirst()).equals(output)).findFirst();
  }

  /// What people, metrics and the exported model get of `output`: it is in the units of its target, and activated where
  /// `activate` says so.
  Value shown(Emit g, String output, Value value, boolean activate) {
    Optional<LossTerm> scaled = scorer(output).filter(this::scaled);
    if (scaled.isPresent()) {
      return Steps.undo(g, preprocessing.get(targetIndex(scaled.get())), value);
    }
    return activate ? activation(output).emit(g, value) : value;
  }

  private LossTerm settled(LossTerm t, TargetCounts counts) {
    Loss loss = t.loss();
    Shape output = outputs.get(predictions(t).getFirst());
    if (targetInput(t).isPresent() && (loss.needsClassCounts() || loss.needsAnswerShares())) {
      throw new ConfigException(file.bound().at(t), "balanced weights need a target of the data, found the input '" + t.target().orElseThrow() + "'", "give numbers");
    }
    if (loss.needsClassCounts()) {
      if (output.rank() < 1) {
        throw new ConfigException(file.bound().at(t), "class weights need predictions [N, C, ...], the model gives " + output.insert(0, 2), "");
      }
      loss = loss.withClassCounts(counts.classes(targetIndex(t), output.dim(0)));
    }
    if (loss.needsAnswerShares()) {
      loss = loss.withAnswerShares(counts.answers(targetIndex(t), output.rank() == 1 ? output.dim(0) : 1));
    }
    return new LossTerm(loss, t.weight(), t.input(), t.target());
  }

  /// See [Assembly#activation].
  Activation activation(String output) {
    return scorer(output).map(t -> t.loss().activation()).orElse(Activation.NONE);
  }

  /// See [Assembly#scored].
  String scored() {
    return predictions(experiment.loss().getFirst()).getFirst();
  }

  /// See [Assembly#expected].
  Optional<Target> expected(LossTerm term, int batch) {
    return term.loss().target(shapes(term, batch), targetType(term));
  }

  private DType targetType(LossTerm term) {
    return targetInput(term).isPresent() || schema.targets().isEmpty() ? DType.FLOAT32 : schema.targets().get(targetIndex(term)).type().dtype();
  }

  /// The shapes of the predictions that the term's loss takes.
  private List<Shape> shapes(LossTerm term, int batch) {
    return predictions(term).stream().map(n -> outputs.get(n).insert(0, batch)).toList();
  }

  /// See [Assembly#targetInput].
  Optional<String> targetInput(LossTerm term) {
    return term.target().filter(name -> inputs.contains(name) && schema.targets().stream().noneMatch(f -> f.name().equals(name)));
  }

  /// See [Assembly#targetIndex].
  int targetIndex(LossTerm term) {
    if (term.target().isEmpty()) {
      return 0;
    }
    List<String> names = schema.targets().stream().map(Field::name).toList();
    int i = names.indexOf(term.target().get());
    if (i < 0) {
      throw new ConfigException(file.bound().at(term, "target"), "found target '" + term.target().get() + "', but the data has " + (names.isEmpty() ? "none" : String.join(", ", names))
          + "; inputs that can be the target: " + String.join(", ", inputs), "");
    }
    return i;
  }

  /// See [Assembly#targetField].
  Optional<Field> targetField(String output) {
    return scorer(output).filter(t -> targetInput(t).isEmpty() && expected(t, 1).isPresent()).map(t -> schema.targets().get(targetIndex(t)));
  }

  /// See [Assembly#trainingTargets].
  List<Field> trainingTargets() {
    List<Field> r = new ArrayList<>(schema.targets());
    for (LossTerm term : losses) {
      if (targetInput(term).isEmpty() && expected(term, 2).isPresent()) {
        int i = targetIndex(term);
        r.set(i, MixedTargets.of(experiment.data().augment(), term, shapes(term, 2), schema.targets().get(i)));
      }
    }
    return r;
  }

  /// The names of the outputs that the term's loss takes.
  private List<String> predictions(LossTerm term) {
    List<String> names = List.copyOf(outputs.keySet());
    if (!term.input().isEmpty()) {
      for (String name : term.input()) {
        if (!names.contains(name)) {
          throw new ConfigException(file.bound().at(term, "input"), "found '" + name + "', which is no output of the model and no layer's `as` name; outputs: "
              + String.join(", ", names), "name the layer: as: " + name);
        }
      }
      return term.input();
    }
    if (results < term.loss().inputs().size()) {
      throw new ConfigException(file.bound().at(term), "the loss takes " + term.loss().inputs() + ", but the model has " + results + " outputs",
          "name the outputs: input: [...]");
    }
    return names.subList(0, term.loss().inputs().size());
  }

  /// Emits the weighted sum of the losses of `results`, a scalar; the targets become inputs of the graph, but for those that are
  /// the model's `inputs`.
  Value emit(GraphBuilder g, SequencedMap<String, Value> results, Map<String, Value> inputs, int batch, boolean training) {
    g.origin("loss");
    Value loss = null;
    for (int i = 0; i < losses.size(); i++) {
      Value part = emit(g, experiment.loss().get(i), losses.get(i), results, inputs, batch, training);
      part = losses.get(i).weight() == 1 ? part : g.mul(part, losses.get(i).weight());
      loss = loss == null ? part : g.add(loss, part);
    }
    return loss;
  }

  /// The decision of the first loss, where it makes one: see [Assembly#DECISION].
  Optional<Value> decision(GraphBuilder g, SequencedMap<String, Value> results) {
    LossTerm first = experiment.loss().getFirst();
    return first.loss().decision(g, predictions(first).stream().map(results::get).toList());
  }

  /// `term` is as the file has it, for messages; `settled` is what is computed.
  private Value emit(GraphBuilder g, LossTerm term, LossTerm settled, SequencedMap<String, Value> results, Map<String, Value> inputs, int batch,
      boolean training) {
    List<Value> predictions = predictions(term).stream().map(results::get).toList();
    Optional<String> input = targetInput(term);
    int index = input.isPresent() ? -1 : targetIndex(term);
    List<Augment> steps = experiment.data().augment();
    try {
      Optional<Target> expected = settled.loss().target(predictions.stream().map(Value::shape).toList(), targetType(term));
      Optional<Value> target = Optional.empty();
      if (expected.isPresent() && input.isPresent()) {
        target = Optional.of(inputs.get(input.get()));
        if (target.get().dtype() != DType.FLOAT32) {
          throw new ConfigException(file.bound().at(term, "target"), "found the input '" + input.get() + "', which holds indices, expected one of numbers", "");
        }
      } else if (expected.isPresent()) {
        if (schema.targets().isEmpty()) {
          throw new ConfigException(file.bound().at(term), "the loss needs a target, but the data has none", "name the target in the data source");
        }
        Field raw = schema.targets().get(index);
        Field field = training ? mixed(() -> MixedTargets.of(steps, term, predictions.stream().map(Value::shape).toList(), raw)) : raw;
        TensorType type = new TensorType(field.type().dtype(), field.type().shape().insert(0, batch));
        Value own = g.input(Assembly.target(field.name()), type);
        target = Optional.of(scaled(term) ? Steps.emit(g, preprocessing.get(index), own) : own);
      }
      if (expected.isEmpty() && training) {
        mixed(() -> MixedTargets.untargeted(steps, term));
      }
      Value value = settled.loss().emit(g, predictions, target);
      if (!value.shape().equals(Shape.SCALAR)) {
        throw new ConfigException(file.bound().at(term), "the loss gives " + value.shape() + ", expected one number", "reduction: mean or sum");
      }
      return value;
    } catch (ShapeException e) {
      throw new ConfigException(file.bound().at(term), e.getMessage(), "");
    }
  }

  /// What `target` says of a training batch's target.
  private <T> T mixed(Supplier<T> target) {
    try {
      return target.get();
    } catch (Invalid e) {
      throw new ConfigException(file.bound().at(experiment.data(), "augment"), "found " + e.found() + ", expected " + e.expected(), "");
    }
  }
}
