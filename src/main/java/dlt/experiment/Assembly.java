package dlt.experiment;

import dlt.config.ConfigException;
import dlt.config.Diagnostic;
import dlt.config.Location;
import dlt.data.Field;
import dlt.data.Preprocessing;
import dlt.data.Schema;
import dlt.graph.Autodiff;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.layer.Applied;
import dlt.layer.BufferSpec;
import dlt.layer.LayerException;
import dlt.layer.ModelScope;
import dlt.layer.ParameterSpec;
import dlt.loss.Activation;
import dlt.loss.LossTerm;
import dlt.loss.Target;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.optim.Group;
import dlt.optim.LearningRate;
import dlt.optim.Minimizer;
import dlt.optim.ParameterUpdates;
import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The graphs that an experiment means: training, evaluation and inference for any batch size, over the same variables.
/// A graph's inputs are the raw inputs under their names, [#target] of each target, [#RNG] and, for training, the scalars
/// that the optimizer names.
public final class Assembly {
  /// The training graph's int64[2] input [seed, step].
  public static final String RNG = "rng";

  /// The output that is the loss of the batch, a scalar.
  public static final String LOSS = "loss";

  /// The output of the evaluation graph that says yes where it is above 0, for a first loss whose targets are signs.
  public static final String DECISION = "loss/decision";

  private final ExperimentFile file;
  private final Experiment experiment;
  private final Schema schema;
  private final List<Preprocessing> preprocessing;
  private final List<LossTerm> losses;
  private final SequencedMap<String, ParameterSpec> parameters = new LinkedHashMap<>();
  private final SequencedMap<String, BufferSpec> buffers = new LinkedHashMap<>();
  private final ParameterUpdates updates;
  private final SequencedMap<String, Shape> outputs = new LinkedHashMap<>();
  private final List<Applied> layers;

  /// The graphs of `file` over data of `schema`, preprocessed by `preprocessing` (one an input). `classCounts` counts how
  /// often the training part has each of so many classes of the target with this number, for losses whose weights are
  /// balanced. Throws
  /// [ConfigException] where a layer, the loss or the target does not fit.
  public Assembly(ExperimentFile file, Schema schema, List<Preprocessing> preprocessing, ClassCounts classCounts) {
    this.file = file;
    this.experiment = file.experiment();
    this.schema = schema;
    this.preprocessing = List.copyOf(preprocessing);
    this.losses = settled(classCounts);
    Training training = build(2, true);
    parameters.putAll(training.scope.parameters());
    buffers.putAll(training.scope.buffers());
    layers = List.copyOf(training.scope.layers());
    training.outputs.forEach((name, value) -> outputs.put(name, value.shape().without(0)));
    checkPatterns();
    updates = update(training);
  }

  /// The losses with balanced class weights settled, for which the shapes of the outputs have to be known.
  private List<LossTerm> settled(ClassCounts classCounts) {
    if (experiment.loss().stream().noneMatch(t -> t.loss().needsClassCounts())) {
      return experiment.loss();
    }
    GraphBuilder g = new GraphBuilder();
    SequencedMap<String, Value> results = model(g, 2, new ModelScope(g, false, null));
    List<LossTerm> r = new ArrayList<>();
    for (LossTerm t : experiment.loss()) {
      if (t.loss().needsClassCounts()) {
        Value output = results.get(inputNames(t, List.copyOf(results.keySet())).getFirst());
        if (output.shape().rank() < 2) {
          throw error(file.bound().at(t), "class weights need predictions [N, C, ...], the model gives " + output.shape(), "");
        }
        r.add(new LossTerm(t.loss().withClassCounts(classCounts.of(targetIndex(t), output.shape().dim(1))), t.weight(), t.input(), t.target()));
      } else {
        r.add(t);
      }
    }
    return r;
  }

  /// How often the training part has each of `classes` classes of target number `target`.
  @FunctionalInterface
  public interface ClassCounts {
    List<Long> of(int target, int classes);
  }

  /// The input that holds the target of this name.
  public static String target(String name) {
    return "target/" + name;
  }

  public Experiment experiment() {
    return experiment;
  }

  public Schema schema() {
    return schema;
  }

  public List<Preprocessing> preprocessing() {
    return preprocessing;
  }

  /// The trainable parameters in the order of the layers.
  public SequencedMap<String, ParameterSpec> parameters() {
    return Collections.unmodifiableSequencedMap(parameters);
  }

  /// What is kept but not trained.
  public SequencedMap<String, BufferSpec> buffers() {
    return Collections.unmodifiableSequencedMap(buffers);
  }

  /// The names of the parameters, then of the buffers.
  public List<String> weightNames() {
    return Stream.concat(parameters.keySet().stream(), buffers.keySet().stream()).toList();
  }

  /// The optimizer's variables by name, which no parameter or buffer has.
  public SequencedMap<String, ParameterUpdates.State> optimizerStates() {
    return updates.states();
  }

  /// What takes the steps, where a run of the training graph does not by itself.
  public Optional<Minimizer> minimizer() {
    return updates.minimizer();
  }

  /// The values of the training graph's scalar inputs at `step` (1 for the first).
  public Map<String, Double> scalars(long step, LearningRate rate) {
    return updates.scalars(step, rate);
  }

  /// The layers with the shapes of a batch of two.
  public List<Applied> layers() {
    return layers;
  }

  /// The shape of one sample's result by output name.
  public SequencedMap<String, Shape> outputs() {
    return Collections.unmodifiableSequencedMap(outputs);
  }

  /// The parameters and buffers before the first step: a function of the seed.
  public SequencedMap<String, HostTensor> initialWeights() {
    SequencedMap<String, HostTensor> r = new LinkedHashMap<>();
    int index = 0;
    for (ParameterSpec p : parameters.values()) {
      r.put(p.name(), p.initialise(experiment.seed(), index++));
    }
    buffers.forEach((name, b) -> r.put(name, b.initialise()));
    return r;
  }

  /// The activation that the loss on an output implies.
  public Activation activation(String output) {
    for (LossTerm t : losses) {
      List<String> names = t.input().isEmpty() ? List.of(outputs.firstEntry().getKey()) : t.input();
      if (names.getFirst().equals(output)) {
        return t.loss().activation();
      }
    }
    return Activation.NONE;
  }

  /// The output that metrics are computed from: the first one of the first loss.
  public String scored() {
    return inputNames(experiment.loss().getFirst(), List.copyOf(outputs.keySet())).getFirst();
  }

  /// What the term's loss expects of its target for a batch of `batch` samples; empty where it takes none.
  public Optional<Target> expected(LossTerm term, int batch) {
    List<Shape> shapes = inputNames(term, List.copyOf(outputs.keySet())).stream().map(n -> outputs.get(n).insert(0, batch)).toList();
    return term.loss().target(shapes, targetField(term).map(f -> f.type().dtype()).orElse(DType.FLOAT32));
  }

  /// The number, in the schema, of the term's target.
  public int targetIndex(LossTerm term) {
    if (term.target().isEmpty()) {
      return 0;
    }
    List<String> names = schema.targets().stream().map(Field::name).toList();
    int i = names.indexOf(term.target().get());
    if (i < 0) {
      throw error(file.bound().at(term, "target"), "found target '" + term.target().get() + "', but the data has " + String.join(", ", names), "");
    }
    return i;
  }

  private Optional<Field> targetField(LossTerm term) {
    return schema.targets().isEmpty() ? Optional.empty() : Optional.of(schema.targets().get(targetIndex(term)));
  }

  /// One step: forward, loss, gradients, clipping and update. Its output is [#LOSS], of the batch before the update.
  public Graph training(int batch) {
    Training t = build(batch, true);
    t.graph.output(LOSS, t.loss);
    update(t);
    return t.graph.build();
  }

  /// The loss, the activated outputs under their names and [#DECISION] where there is one, without any update.
  public Graph evaluation(int batch) {
    Training t = build(batch, false);
    t.graph.output(LOSS, t.loss);
    t.outputs.forEach((name, value) -> t.graph.output(name, activation(name).emit(t.graph, value)));
    LossTerm first = experiment.loss().getFirst();
    List<Value> predictions = inputNames(first, List.copyOf(t.outputs.keySet())).stream().map(t.outputs::get).toList();
    first.loss().decision(t.graph, predictions).ifPresent(d -> t.graph.output(DECISION, d));
    return t.graph.build();
  }

  /// The outputs under their names from the raw inputs; activated where `activate` says so.
  public Graph inference(int batch, boolean activate) {
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> results = model(g, batch, new ModelScope(g, false, null));
    results.forEach((name, value) -> g.output(name, activate ? activation(name).emit(g, value) : value));
    return g.build();
  }

  private record Training(GraphBuilder graph, ModelScope scope, SequencedMap<String, Value> outputs, Value loss) {}

  private Training build(int batch, boolean training) {
    GraphBuilder g = new GraphBuilder();
    Value rng = training ? g.input(RNG, TensorType.int64(2)) : null;
    ModelScope scope = new ModelScope(g, training, rng, experiment.model()::frozen);
    SequencedMap<String, Value> results = model(g, batch, scope);
    g.origin("loss");
    Value loss = null;
    for (LossTerm term : losses) {
      Value part = loss(g, term, results, batch);
      part = term.weight() == 1 ? part : g.mul(part, term.weight());
      loss = loss == null ? part : g.add(loss, part);
    }
    return new Training(g, scope, results, loss);
  }

  private SequencedMap<String, Value> model(GraphBuilder g, int batch, ModelScope scope) {
    Model model = experiment.model();
    List<String> names = inputNames();
    for (int i = 0; i < names.size(); i++) {
      Field field = schema.inputs().get(i);
      Value raw = g.input(field.name(), batched(field.type(), batch));
      g.origin("preprocess");
      scope.input(names.get(i), Steps.emit(g, preprocessing.get(i), raw));
    }
    Value last;
    try {
      last = scope.apply(model.layers());
    } catch (LayerException e) {
      throw error(file.bound().at(e.placed()), e.getMessage(), "`dlt summary` shows the shapes of the layers before it");
    }
    SequencedMap<String, Value> results = new LinkedHashMap<>();
    if (model.outputs().isEmpty()) {
      results.put("output", last);
    }
    for (String name : model.outputs()) {
      results.put(name, scope.named(name).orElseThrow(() -> error(file.bound().at(model, "outputs"),
          "found output '" + name + "', which no layer has as its `as` name; known: " + String.join(", ", scope.names()), "")));
    }
    return results;
  }

  /// The names of the model's inputs, in the order of the data's.
  private List<String> inputNames() {
    Map<String, List<Integer>> declared = experiment.model().inputs();
    List<String> names = schema.inputs().stream().map(Field::name).toList();
    if (declared.isEmpty()) {
      return names;
    }
    if (declared.size() != names.size()) {
      throw error(file.bound().at(experiment.model(), "inputs"), "found " + declared.size() + " inputs, but the data has " + names.size() + ": "
          + String.join(", ", names), "");
    }
    boolean byName = names.containsAll(declared.keySet());
    List<String> r = byName ? names : List.copyOf(declared.keySet());
    for (int i = 0; i < r.size(); i++) {
      Shape found = preprocessing.get(i).output().shape();
      if (!new Shape(declared.get(r.get(i))).equals(found)) {
        throw error(file.bound().at(experiment.model(), "inputs"), "found " + r.get(i) + ": " + declared.get(r.get(i)) + ", but its samples are " + found, "");
      }
    }
    return r;
  }

  private List<String> inputNames(LossTerm term, List<String> results) {
    if (!term.input().isEmpty()) {
      for (String name : term.input()) {
        if (!results.contains(name)) {
          throw error(file.bound().at(term, "input"), "found '" + name + "', which is no output of the model; outputs: " + String.join(", ", results),
              "list it under model.outputs");
        }
      }
      return term.input();
    }
    if (results.size() < term.loss().inputs().size()) {
      throw error(file.bound().at(term), "the loss takes " + term.loss().inputs() + ", but the model has " + results.size() + " outputs",
          "name the outputs: input: [...]");
    }
    return results.subList(0, term.loss().inputs().size());
  }

  private Value loss(GraphBuilder g, LossTerm term, SequencedMap<String, Value> results, int batch) {
    LossTerm original = experiment.loss().get(losses.indexOf(term));
    List<Value> predictions = inputNames(original, List.copyOf(results.keySet())).stream().map(results::get).toList();
    int index = targetIndex(original);
    try {
      DType found = schema.targets().isEmpty() ? DType.FLOAT32 : schema.targets().get(index).type().dtype();
      Optional<Target> expected = term.loss().target(predictions.stream().map(Value::shape).toList(), found);
      Optional<Value> target = Optional.empty();
      if (expected.isPresent()) {
        if (schema.targets().isEmpty()) {
          throw error(file.bound().at(original), "the loss needs a target, but the data has none", "name the target in the data source");
        }
        Field field = schema.targets().get(index);
        target = Optional.of(g.input(target(field.name()), batched(field.type(), batch)));
      }
      Value value = term.loss().emit(g, predictions, target);
      if (!value.shape().equals(Shape.SCALAR)) {
        throw error(file.bound().at(original), "the loss gives " + value.shape() + ", expected one number", "reduction: mean or sum");
      }
      return value;
    } catch (ShapeException e) {
      throw error(file.bound().at(original), e.getMessage(), "");
    }
  }

  private static TensorType batched(TensorType sample, int batch) {
    return new TensorType(sample.dtype(), sample.shape().insert(0, batch));
  }

  private ConfigException error(Location at, String message, String hint) {
    return new ConfigException(List.of(new Diagnostic(at, message, hint)));
  }

  /// Adds clipping and the optimizer to a graph with a loss, and says what the scalars of a step are.
  private ParameterUpdates update(Training t) {
    List<String> trained = t.scope.parameters().keySet().stream().filter(n -> !experiment.model().frozen(n)).toList();
    List<Value> values = trained.stream().map(n -> t.graph.variable(n, TensorType.float32(t.scope.parameters().get(n).shape()))).toList();
    List<Value> gradients = Autodiff.gradients(t.graph, t.loss, values);
    t.graph.origin("optimizer");
    if (experiment.training().gradientClip().isPresent()) {
      gradients = experiment.training().gradientClip().get().emit(t.graph, gradients);
    }
    ParameterUpdates updates = new ParameterUpdates(t.graph, experiment.optimizer(), experiment.schedule());
    for (int i = 0; i < trained.size(); i++) {
      try {
        updates.add(trained.get(i), values.get(i), gradients.get(i));
      } catch (ShapeException e) {
        throw error(file.bound().at(experiment, "optimizer"), trained.get(i) + ": " + e.getMessage(), "");
      }
    }
    return updates;
  }

  private void checkPatterns() {
    for (String pattern : experiment.model().freeze()) {
      if (Stream.concat(parameters.keySet().stream(), buffers.keySet().stream()).noneMatch(n -> Pattern.matches(pattern, n))) {
        throw error(file.bound().at(experiment.model(), "freeze"), "'" + pattern + "' matches no parameter; there are " + someParameters(), "");
      }
    }
    if (parameters.keySet().stream().allMatch(experiment.model()::frozen)) {
      throw error(file.bound().at(experiment.model()), "every parameter is frozen: there is nothing to train", "");
    }
    for (Group group : experiment.optimizer().groups()) {
      if (parameters.keySet().stream().noneMatch(group::matches)) {
        throw error(file.bound().at(group), "'" + group.match() + "' matches no parameter; there are " + someParameters(), "");
      }
    }
  }

  private String someParameters() {
    return parameters.keySet().stream().limit(8).collect(Collectors.joining(", ")) + (parameters.size() > 8 ? ", ..." : "");
  }
}
