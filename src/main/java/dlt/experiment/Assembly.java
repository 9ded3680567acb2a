package dlt.experiment;

import dlt.config.ConfigException;
import dlt.data.Field;
import dlt.data.Preprocessing;
import dlt.data.Schema;
import dlt.graph.Autodiff;
import dlt.graph.Graph;
import dlt.graph.GraphBuilder;
import dlt.layer.Applied;
import dlt.layer.BufferSpec;
import dlt.layer.Init;
import dlt.layer.LayerException;
import dlt.layer.ModelScope;
import dlt.layer.ParameterSpec;
import dlt.loss.Activation;
import dlt.loss.LossTerm;
import dlt.loss.Target;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.optim.Minimizer;
import dlt.optim.ParameterUpdates;
import dlt.optim.Rate;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// The graphs that an experiment means: training, evaluation and inference for any batch size, over the same variables.
/// A graph's inputs are the raw inputs under their names, [#target] of each target, [#RNG] and, for training, the scalars
/// that the optimizer names.
public final class Assembly {
  /// The training graph's int64[2] input [seed, step].
  public static final String RNG = "rng";

  /// What the preprocessing is called where its numbers lie beside the weights.
  public static final String PREPROCESS = "preprocess";

  /// The output that is the loss of the batch, a scalar.
  public static final String LOSS = "loss";

  /// The output of the evaluation graph that says yes where it is above 0, for a first loss whose targets are signs.
  public static final String DECISION = "loss/decision";

  /// The output of the evaluation graph that is the target of the first loss, where that is an input.
  public static final String TARGET = "loss/target";

  /// The scalar input of [#accumulation]: the share of the batch's samples in those of its group.
  public static final String GRADIENT_SHARE = "gradient.share";

  /// The scalar input of [#averaging]: how far the averages move towards the weights.
  public static final String AVERAGE_SHARE = "average.share";

  private static final String ACCUMULATED = "accumulated_grad", AVERAGE = "average";

  private final ExperimentFile file;
  private final Experiment experiment;
  private final Schema schema;
  private final List<Preprocessing> preprocessing, targetPreprocessing;
  /// Of the model's inputs, in the order of the data's.
  private final List<String> inputNames;
  private final Objective objective;
  private final KnownCounts counts = new KnownCounts();
  private final SequencedMap<String, ParameterSpec> parameters = new LinkedHashMap<>();
  private final SequencedMap<String, BufferSpec> buffers = new LinkedHashMap<>();
  private final ParameterUpdates updates;
  private final SequencedMap<String, ParameterUpdates.State> states = new LinkedHashMap<>();
  private final SequencedMap<String, Shape> outputs = new LinkedHashMap<>();
  private final List<Applied> layers;

  /// The graphs of `file` over data of `schema`, preprocessed by `preprocessing` (one an input) and, for their losses,
  /// `targetPreprocessing` (one a target). `counts` tells losses whose weights are balanced what the training part's targets
  /// look like. Throws [ConfigException] where a layer, the loss or the target does not fit.
  public Assembly(ExperimentFile file, Schema schema, List<Preprocessing> preprocessing, List<Preprocessing> targetPreprocessing,
      TargetCounts counts) {
    this.file = file;
    this.experiment = file.experiment();
    this.schema = schema;
    this.preprocessing = List.copyOf(preprocessing);
    this.targetPreprocessing = List.copyOf(targetPreprocessing);
    this.inputNames = DeclaredInputs.names(file, schema, this.preprocessing);
    Forward forward = forward(2, true);
    parameters.putAll(forward.scope.parameters());
    buffers.putAll(forward.scope.buffers());
    layers = List.copyOf(forward.scope.layers());
    forward.outputs.forEach((name, value) -> outputs.put(name, value.shape().without(0)));
    SequencedMap<String, Shape> scorable = new LinkedHashMap<>();
    forward.scorable().forEach((name, value) -> scorable.put(name, value.shape().without(0)));
    objective = new Objective(file, schema, targetPreprocessing, inputNames, scorable, outputs.size(), this.counts.of(counts));
    TakenNames.refuseOutputs(file, outputs.keySet());
    TakenNames.refuseLayers(file, layers, weightNames());
    Training training = scored(forward, 2, true);
    ChosenParameters.check(file, parameters.keySet(), buffers.keySet());
    updates = update(training.graph, gradients(training));
    TakenNames.refuseInputs(file, schema, updates.scalars(1, (_, base) -> base).keySet());
    states.putAll(updates.states());
    if (experiment.training().accumulate() > 1) {
      trained().forEach((name, p) ->
          states.put(ParameterUpdates.stateName(name, ACCUMULATED), new ParameterUpdates.State(TensorType.float32(p.shape()), 0)));
    }
    if (experiment.training().average().isPresent()) {
      parameters.forEach((name, p) -> states.put(average(name), new ParameterUpdates.State(TensorType.float32(p.shape()), 0)));
      buffers.forEach((name, b) -> states.put(average(name), new ParameterUpdates.State(b.type(), 0)));
    }
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

  /// What each target goes through before its loss.
  public List<Preprocessing> targetPreprocessing() {
    return targetPreprocessing;
  }

  /// What losses with balanced weights were told of the training part's targets.
  public KnownCounts counts() {
    return counts;
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

  /// The variables of the training besides the weights, by names that no parameter or buffer has: the optimizer's, and where
  /// the experiment has them the accumulated gradients and the [#average] of each weight.
  public SequencedMap<String, ParameterUpdates.State> optimizerStates() {
    return Collections.unmodifiableSequencedMap(states);
  }

  /// The variable that holds the average of a parameter or buffer.
  public static String average(String weight) {
    return ParameterUpdates.stateName(weight, AVERAGE);
  }

  /// The variable of [#accumulation] that holds the accumulated gradient of a trained parameter.
  public static String accumulated(String parameter) {
    return ParameterUpdates.stateName(parameter, ACCUMULATED);
  }

  /// What takes the steps, where a run of the training graph does not by itself.
  public Optional<Minimizer> minimizer() {
    return updates.minimizer();
  }

  /// The values of the training graph's scalar inputs at `step` (1 for the first).
  public Map<String, Double> scalars(long step, Rate rate) {
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

  /// Takes what each parameter and buffer is before the first step, by its name.
  public interface FirstValues {
    /// What sets a tensor to it.
    void filled(String name, Consumer<HostTensor> values);

    /// Numbers that `random` draws from [low, high) ([Philox#uniform(HostTensor, double, double)]).
    void uniform(String name, Philox random, double low, double high);
  }

  /// Gives `to` what each parameter and buffer is before the first step, a function of the seed.
  public void initialise(FirstValues to) {
    long seed = experiment.seed();
    int index = 0;
    for (ParameterSpec p : parameters.values()) {
      int number = index++;
      if (p.init() instanceof Init.Uniform(double low, double high)) {
        to.uniform(p.name(), p.random(seed, number), low, high);
      } else {
        to.filled(p.name(), t -> p.initialise(t, seed, number));
      }
    }
    buffers.forEach((name, b) -> to.filled(name, b::initialise));
  }

  /// The types of the parameters and buffers by name.
  public SequencedMap<String, TensorType> weightTypes() {
    SequencedMap<String, TensorType> r = new LinkedHashMap<>();
    parameters.values().forEach(p -> r.put(p.name(), TensorType.float32(p.shape())));
    buffers.values().forEach(b -> r.put(b.name(), b.type()));
    return r;
  }

  /// The activation that the loss on an output implies.
  public Activation activation(String output) {
    return objective.activation(output);
  }

  /// The output that metrics are computed from: the first one of the first loss.
  public String scored() {
    return objective.scored();
  }

  /// What the term's loss expects of its target for a batch of `batch` samples; empty where it takes none.
  public Optional<Target> expected(LossTerm term, int batch) {
    return objective.expected(term, batch);
  }

  /// The class index that does not count under the first loss, which is the blank of labels in their order; -1 where it takes neither.
  public long ignoredClass() {
    return switch (expected(experiment.loss().getFirst(), 2).orElse(null)) {
      case Target.ClassIndices c -> c.ignored();
      case Target.LabelSequences s -> s.blank();
      case null -> -1;
      case Target.Numbers _, Target.Signs _ -> -1;
    };
  }

  /// The model's input that is the term's target, where it is one.
  public Optional<String> targetInput(LossTerm term) {
    return objective.targetInput(term);
  }

  /// The number, in the schema, of the term's target, which is no input.
  public int targetIndex(LossTerm term) {
    return objective.targetIndex(term);
  }

  /// The field of the data that the first loss of `output` compares it with; empty where there is none, or it is one of the model's inputs.
  public Optional<Field> targetField(String output) {
    return objective.targetField(output);
  }

  /// The targets as the training graph takes them: class indices that are mixed with others are the classes' probabilities.
  public List<Field> trainingTargets() {
    return objective.trainingTargets();
  }

  /// One step: forward, loss, gradients, clipping and update. Its output is [#LOSS], of the batch before the update.
  public Graph training(int batch) {
    Training t = build(batch, true);
    t.graph.output(LOSS, t.loss);
    update(t.graph, gradients(t));
    return t.graph.build();
  }

  /// A step without its update: [#GRADIENT_SHARE] of the gradients is added to those accumulated so far. Its output is
  /// [#LOSS] of the batch.
  public Graph accumulation(int batch) {
    Training t = build(batch, true);
    t.graph.output(LOSS, t.loss);
    List<Value> gradients = gradients(t);
    Value share = t.graph.input(GRADIENT_SHARE, TensorType.float32(Shape.SCALAR));
    int i = 0;
    for (Value sum : accumulated(t.graph)) {
      t.graph.update(sum, t.graph.add(sum, t.graph.mul(gradients.get(i++), share)));
    }
    return t.graph.build();
  }

  /// The update by the accumulated gradients, which it clears.
  public Graph update() {
    GraphBuilder g = new GraphBuilder();
    List<Value> sums = accumulated(g);
    update(g, sums);
    sums.forEach(sum -> g.update(sum, g.fill(sum.shape(), 0)));
    return g.build();
  }

  /// The averages of the trained parameters (and of running statistics where the experiment says so), moved towards the
  /// weights by [#AVERAGE_SHARE].
  public Graph averaging() {
    GraphBuilder g = new GraphBuilder();
    Value share = g.input(AVERAGE_SHARE, TensorType.float32(Shape.SCALAR));
    boolean useBuffers = experiment.training().average().orElseThrow().useBuffers();
    SequencedMap<String, TensorType> averaged = new LinkedHashMap<>();
    parameters.forEach((name, p) -> averaged.put(name, TensorType.float32(p.shape())));
    buffers.forEach((name, b) -> {
      if (useBuffers && b.type().dtype().floating()) {
        averaged.put(name, b.type());
      }
    });
    averaged.forEach((name, type) -> {
      Value average = g.variable(average(name), type);
      g.update(average, g.add(average, g.mul(g.sub(g.variable(name, type), average), share)));
    });
    return g.build();
  }

  /// A pass over a batch that makes running statistics the plain mean over all batches since `num_batches_tracked` was 0;
  /// empty where the model has none that change.
  public Optional<Graph> statistics(int batch) {
    GraphBuilder g = new GraphBuilder();
    ModelScope scope = new ModelScope(g, true, g.input(RNG, TensorType.int64(2)), experiment.model()::frozenBuffer);
    scope.cumulateStatistics();
    model(g, batch, scope);
    Graph graph = g.build();
    return graph.updates().isEmpty() ? Optional.empty() : Optional.of(graph);
  }

  /// The loss, the activated outputs under their names and [#DECISION] where there is one, without any update.
  public Graph evaluation(int batch) {
    Training t = build(batch, false);
    t.graph.output(LOSS, t.loss);
    t.outputs.forEach((name, value) -> t.graph.output(name, objective.shown(t.graph, name, value, true)));
    objective.decision(t.graph, t.outputs).ifPresent(d -> t.graph.output(DECISION, d));
    targetInput(experiment.loss().getFirst()).ifPresent(name -> t.graph.output(TARGET, t.inputs.get(name)));
    return t.graph.build();
  }

  /// The outputs under their names from the raw inputs, in the units of the targets; activated where `activate` says so.
  public Graph inference(int batch, boolean activate) {
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> results = model(g, batch, new ModelScope(g, false, null));
    results.forEach((name, value) -> g.output(name, objective.shown(g, name, value, activate)));
    return g.build();
  }

  private record Forward(GraphBuilder graph, ModelScope scope, SequencedMap<String, Value> outputs, List<LossTerm> losses) {
    /// What losses may be applied to: the outputs, then other named layers that losses name, such as auxiliary heads.
    SequencedMap<String, Value> scorable() {
      SequencedMap<String, Value> r = new LinkedHashMap<>(outputs);
      losses.stream().flatMap(t -> t.input().stream()).forEach(name -> scope.named(name).ifPresent(v -> r.putIfAbsent(name, v)));
      return r;
    }
  }

  private record Training(GraphBuilder graph, Map<String, Value> inputs, SequencedMap<String, Value> outputs, Value loss) {}

  private Forward forward(int batch, boolean training) {
    GraphBuilder g = new GraphBuilder();
    Value rng = training ? g.input(RNG, TensorType.int64(2)) : null;
    ModelScope scope = new ModelScope(g, training, rng, experiment.model()::frozenBuffer);
    return new Forward(g, scope, model(g, batch, scope), experiment.loss());
  }

  private Training build(int batch, boolean training) {
    return scored(forward(batch, training), batch, training);
  }

  private Training scored(Forward f, int batch, boolean training) {
    Map<String, Value> inputs = new LinkedHashMap<>();
    inputNames.forEach(name -> inputs.put(name, f.scope.named(name).orElseThrow()));
    return new Training(f.graph, inputs, f.outputs, objective.emit(f.graph, f.scorable(), inputs, batch, training));
  }

  private SequencedMap<String, Value> model(GraphBuilder g, int batch, ModelScope scope) {
    Model model = experiment.model();
    scope.classes(schema.classes());
    for (int i = 0; i < inputNames.size(); i++) {
      Field field = schema.inputs().get(i);
      Value raw = g.input(field.name(), batched(field.type(), batch));
      g.origin(PREPROCESS);
      scope.input(inputNames.get(i), Steps.emit(g, preprocessing.get(i), raw), field.indices());
    }
    Value last;
    try {
      last = scope.apply(model.layers());
    } catch (LayerException e) {
      throw new ConfigException(file.bound().at(e.placed()), e.getMessage(), "`dlt summary` shows the shapes of the layers before it");
    }
    SequencedMap<String, Value> results = new LinkedHashMap<>();
    if (model.outputs().isEmpty()) {
      results.put("output", last);
    }
    for (String name : model.outputs()) {
      results.put(name, scope.named(name).orElseThrow(() -> new ConfigException(file.bound().at(model, "outputs"),
          "found output '" + name + "', which no layer has as its `as` name; known: " + String.join(", ", scope.names()), "")));
    }
    return results;
  }

  /// The preprocessing of the model's input of this name.
  Preprocessing input(String name) {
    return preprocessing.get(inputNames.indexOf(name));
  }

  private static TensorType batched(TensorType sample, int batch) {
    return new TensorType(sample.dtype(), sample.shape().insert(0, batch));
  }

  /// The parameters that are not frozen.
  public SequencedMap<String, ParameterSpec> trained() {
    SequencedMap<String, ParameterSpec> r = new LinkedHashMap<>(parameters);
    r.keySet().removeIf(experiment.model()::frozen);
    return r;
  }

  private List<Value> gradients(Training t) {
    List<Value> values = variables(t.graph, trained(), name -> name);
    return Autodiff.gradients(t.graph, t.loss, values);
  }

  private List<Value> accumulated(GraphBuilder g) {
    return variables(g, trained(), Assembly::accumulated);
  }

  private static List<Value> variables(GraphBuilder g, Map<String, ParameterSpec> parameters, UnaryOperator<String> name) {
    return parameters.values().stream().map(p -> g.variable(name.apply(p.name()), TensorType.float32(p.shape()))).toList();
  }

  /// Adds clipping and the optimizer to a graph with gradients, and says what the scalars of a step are.
  private ParameterUpdates update(GraphBuilder g, List<Value> found) {
    g.origin("optimizer");
    List<Value> gradients = experiment.training().gradientClip().map(c -> c.emit(g, found)).orElse(found);
    ParameterUpdates r = new ParameterUpdates(g, experiment.optimizer(), experiment.schedule());
    int i = 0;
    for (ParameterSpec p : trained().values()) {
      try {
        r.add(p.name(), g.variable(p.name(), TensorType.float32(p.shape())), gradients.get(i++));
      } catch (ShapeException e) {
        throw new ConfigException(file.bound().at(experiment, "optimizer"), p.name() + ": " + e.getMessage(), "");
      }
    }
    return r;
  }
}
