package dlt.layer;

import dlt.config.Hints;
import dlt.graph.GraphBuilder;
import dlt.op.Op;
import dlt.op.RandomUniform;
import dlt.op.ShapeException;
import dlt.op.Value;
import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// Builds one model into one graph: applies its layers, hands out parameters, buffers and random numbers, and keeps the
/// list of them. Parameters are named as PyTorch's `Sequential` names them: `0.weight`, and inside nested layers
/// `3.0.weight`; an `as:` name stands in place of the index. Each structure says in its own file how it names what is in it.
public final class ModelScope {
  private final GraphBuilder graph;
  private final boolean training;
  private final Value rng;
  private final Predicate<String> frozen;
  private final Names inputs = new Names(null, "", false);
  private Names top = inputs;

  private final SequencedMap<String, ParameterSpec> parameters = new LinkedHashMap<>();
  private final SequencedMap<String, BufferSpec> buffers = new LinkedHashMap<>();
  private final List<Applied> layers = new ArrayList<>();
  private final Map<Value, Value> updated = new HashMap<>();
  private final Map<Value, Integer> indices = new HashMap<>();
  private final Map<String, Place> owners = new HashMap<>();
  private OptionalInt classes = OptionalInt.empty();
  private int randoms;
  private boolean cumulative;

  /// A model whose ops go to `graph`. `rng` is the graph's int64[2] input [seed, step]; a graph that is not for training
  /// needs none (null).
  public ModelScope(GraphBuilder graph, boolean training, Value rng) {
    this(graph, training, rng, name -> false);
  }

  /// As above; buffers whose full names `frozen` accepts (`1.running_mean`) keep their values in training.
  public ModelScope(GraphBuilder graph, boolean training, Value rng, Predicate<String> frozen) {
    this.graph = graph;
    this.training = training;
    this.rng = rng;
    this.frozen = frozen;
  }

  /// Makes running statistics plain means over batches ([LayerScope#cumulativeStatistics]).
  public void cumulateStatistics() {
    cumulative = true;
  }

  /// Names one of the model's inputs, for `from` and as what the first layer is applied to where it is the only one.
  public void input(String name, Value value) {
    inputs.values.put(name, value);
  }

  /// As above, for an input of indices: so many that differ, where that is known.
  public void input(String name, Value value, OptionalInt indices) {
    input(name, value);
    indices.ifPresent(n -> this.indices.put(value, n));
  }

  /// How many classes the model's target has, where that is known.
  public void classes(OptionalInt count) {
    classes = count;
  }

  /// Applies the model's layers and returns the last one's output. Throws [LayerException].
  public Value apply(List<Placed> layers) {
    top = new Names(inputs, "", false);
    return sequence(top, layers, inputs.values.size() == 1 ? inputs.values.firstEntry().getValue() : null);
  }

  /// What one of the model's inputs or outermost layers is called, by its `as` name.
  public Optional<Value> named(String name) {
    return Optional.ofNullable(top.find(name));
  }

  /// The names that [#named] knows, in their order.
  public List<String> names() {
    return top.visible();
  }

  /// The trainable parameters by name, in the order in which the layers asked for them.
  public SequencedMap<String, ParameterSpec> parameters() {
    return Collections.unmodifiableSequencedMap(parameters);
  }

  /// What is kept but not trained, by name.
  public SequencedMap<String, BufferSpec> buffers() {
    return Collections.unmodifiableSequencedMap(buffers);
  }

  /// The layers that were applied, outer ones before those inside them.
  public List<Applied> layers() {
    return Collections.unmodifiableList(layers);
  }

  /// The outputs that a list of layers may name, and the prefix of its parameters. Inside a module parameters may come
  /// again.
  private static final class Names {
    final Names outer;
    final String prefix;
    final boolean shared;
    final SequencedMap<String, Value> values = new LinkedHashMap<>();
    List<Placed> list = List.of();

    Names(Names outer, String prefix, boolean shared) {
      this.outer = outer;
      this.prefix = prefix;
      this.shared = shared;
    }

    Value find(String name) {
      Value v = values.get(name);
      return v != null || outer == null ? v : outer.find(name);
    }

    List<String> visible() {
      List<String> r = outer == null ? new ArrayList<>() : outer.visible();
      r.addAll(values.keySet());
      return r;
    }

    /// Whether a layer of this list or of one around it has this name.
    boolean given(String name) {
      return list.stream().anyMatch(p -> p.as().filter(name::equals).isPresent()) || outer != null && outer.given(name);
    }
  }

  private Value sequence(Names names, List<Placed> list, Value input) {
    names.list = list;
    Set<String> taken = new HashSet<>();
    Value x = input;
    for (int i = 0; i < list.size(); i++) {
      Placed placed = list.get(i);
      String name = placed.as().orElse(Integer.toString(i));
      if (!taken.add(name) || placed.as().isPresent() && names == top && inputs.values.containsKey(name)) {
        throw new LayerException(placed, "'" + name + "' is taken: each `as` name is given once, and not to an input");
      }
      x = apply(names, placed, names.prefix + name, x);
      if (placed.as().isPresent()) {
        names.values.put(placed.as().get(), x);
      }
    }
    return x;
  }

  private Value apply(Names names, Placed placed, String name, Value previous) {
    List<Value> operands = operands(names, placed, previous);
    int place = layers.size();
    layers.add(null);
    Place scope = new Place(names, name);
    graph.origin(name);
    Value output;
    try {
      output = placed.layer().emit(scope, operands);
    } catch (ShapeException e) {
      String kind = placed.layer().kind();
      String who = e.getMessage().startsWith("[" + kind + "]") ? "" : " (" + kind + ")";
      boolean indices = !who.isEmpty() && operands.stream().anyMatch(v -> v.dtype() == DType.INT64);
      throw new LayerException(placed, "layer " + name + who + ": " + e.getMessage() + (indices ? "; indices, as of words, go through an embedding first" : ""));
    } catch (ArithmeticException e) {
      throw new LayerException(placed, "layer " + name + " (" + placed.layer().kind() + "): its sizes are too large: " + e.getMessage());
    }
    layers.set(place, new Applied(name, placed.layer().kind(), output.shape(), scope.own, placed));
    return output;
  }

  private List<Value> operands(Names names, Placed placed, Value previous) {
    String kind = placed.layer().kind();
    if (placed.from().isEmpty()) {
      if (previous == null) {
        throw new LayerException(placed, "the model has several inputs (" + String.join(", ", inputs.values.keySet())
            + "): say by `from` which one " + kind + " is applied to");
      }
      return List.of(previous);
    }
    if (placed.from().size() > 1 && !placed.layer().takesSeveral()) {
      throw new LayerException(placed, kind + " is applied to one output, found " + placed.from().size() + ": "
          + String.join(", ", placed.from()));
    }
    List<Value> r = new ArrayList<>();
    for (String from : placed.from()) {
      Value v = names.find(from);
      if (v == null) {
        throw new LayerException(placed, "`from` names '" + from + "', " + (names.given(from)
            ? "which is this layer or one further down: a layer sees only what comes before it"
            : "which no layer before this one has as its `as` name; "
                + Hints.nearest(from, names.visible()).map(n -> "did you mean " + n + "?")
                    .orElse(names.visible().isEmpty() ? "none has" : "known: " + String.join(", ", names.visible()))));
      }
      r.add(v);
    }
    return r;
  }

  /// What one layer sees of the model.
  private final class Place implements LayerScope {
    private final Names names;
    private final String name;
    private long own;

    Place(Names names, String name) {
      this.names = names;
      this.name = name;
    }

    @Override
    public Value emit(Op op, List<Value> operands) {
      return graph.emit(op, operands);
    }

    /// The full name of something this layer keeps. Another layer may keep the same thing only where both are in a module.
    private String own(String relative) {
      String full = name + "." + relative;
      Place owner = owners.putIfAbsent(full, this);
      if (owner != null && owner != this && !(owner.names.shared && names.shared)) {
        throw new ShapeException("name", full + " is kept by another layer already; give one of them another `as` name");
      }
      return full;
    }

    @Override
    public boolean training() {
      return training;
    }

    @Override
    public OptionalInt classes() {
      return classes;
    }

    @Override
    public OptionalInt indices(Value input) {
      return indices.containsKey(input) ? OptionalInt.of(indices.get(input)) : OptionalInt.empty();
    }

    @Override
    public boolean cumulativeStatistics() {
      return cumulative;
    }

    @Override
    public boolean frozen(String buffer) {
      return frozen.test(name + "." + buffer);
    }

    @Override
    public Value parameter(String parameter, Shape shape, Init init) {
      String full = own(parameter);
      ParameterSpec known = parameters.get(full);
      if (known == null) {
        parameters.put(full, new ParameterSpec(full, shape, init));
        own += shape.size();
      } else if (!known.shape().equals(shape)) {
        throw new ShapeException("parameter", full + " is shared: " + known.shape() + " met " + shape);
      }
      return graph.variable(full, TensorType.float32(shape));
    }

    @Override
    public Value tied(String layer, String parameter, Shape shape) {
      for (Names n = names; n != null; n = n.outer) {
        ParameterSpec known = parameters.get(n.prefix + layer + "." + parameter);
        if (known != null && !known.shape().equals(shape)) {
          throw new ShapeException(parameter, "of '" + layer + "' is " + known.shape() + ", needs " + shape);
        } else if (known != null) {
          return graph.variable(known.name(), TensorType.float32(shape));
        }
      }
      List<String> owners = parameters.keySet().stream().filter(p -> p.endsWith("." + parameter)).map(p -> p.substring(0, p.length() - parameter.length() - 1)).toList();
      throw new ShapeException(parameter, "no layer before this one is called '" + layer + "' and has a " + parameter + "; "
          + Hints.nearest(layer, owners).map(n -> "did you mean " + n + "?").orElse("there are " + String.join(", ", owners)));
    }

    @Override
    public Value buffer(String buffer, TensorType type, double initial) {
      String full = own(buffer);
      BufferSpec known = buffers.putIfAbsent(full, new BufferSpec(full, type, initial));
      if (known != null && !known.type().equals(type)) {
        throw new ShapeException("buffer", full + " is shared: " + known.type() + " met " + type);
      }
      return graph.variable(full, type);
    }

    @Override
    public Value update(Value buffer, UnaryOperator<Value> next) {
      Value value = next.apply(updated.getOrDefault(buffer, buffer));
      updated.put(buffer, value);
      graph.update(buffer, value);
      return value;
    }

    @Override
    public Value random(Shape shape) {
      if (!training) {
        throw new IllegalStateException(name + " wants random numbers in a graph that is not for training");
      }
      return graph.emit(new RandomUniform(randoms++, shape), rng);
    }

    @Override
    public Value sequence(String inner, List<Placed> list, Value input) {
      String prefix = name + "." + (inner.isEmpty() ? "" : inner + ".");
      Value output = ModelScope.this.sequence(new Names(names, prefix, names.shared), list, input);
      graph.origin(name);
      return output;
    }

    @Override
    public Value module(String module, List<Placed> list, Value input) {
      Value output = ModelScope.this.sequence(new Names(null, module + ".", true), list, input);
      graph.origin(name);
      return output;
    }
  }
}
