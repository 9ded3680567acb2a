package dlt.optim;

import dlt.graph.GraphBuilder;
import dlt.op.Op;
import dlt.op.Value;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeMap;

/// The updates of a model's parameters in one graph: which parameter is in which group, how states and scalars are named, and
/// what the scalars are at each step.
public final class ParameterUpdates {
  /// A variable of the optimizer: its type and what fills it before the first step.
  public record State(TensorType type, double initial) {}

  private final GraphBuilder graph;
  private final Optimizer optimizer;
  private final boolean cyclesMomentum;
  private final Optional<Minimizer> minimizer;
  private final SequencedMap<String, State> states = new LinkedHashMap<>();
  /// Each group that has parameters, by the prefix of its scalars.
  private final Map<String, Optimizer> used = new TreeMap<>();

  /// Updates emitted to `graph`, for training under `schedule` (empty: a constant rate).
  public ParameterUpdates(GraphBuilder graph, Optimizer optimizer, List<Phase> schedule) {
    this.graph = graph;
    this.optimizer = optimizer;
    this.minimizer = optimizer instanceof Lbfgs lbfgs ? Optional.of(new Minimizer(lbfgs)) : Optional.empty();
    this.cyclesMomentum = schedule.stream().anyMatch(p -> p.schedule().momentum(new Time(0, 1, 1, 0)).isPresent());
  }

  /// Emits the update of the variable `parameter` of this name by its gradient. Throws [dlt.op.ShapeException] where the
  /// optimizer cannot take the shape.
  public void add(String name, Value parameter, Value gradient) {
    minimizer.ifPresent(m -> m.add(name, Math.toIntExact(parameter.shape().size())));
    int index = 0;
    while (index < optimizer.groups().size() && !optimizer.groups().get(index).matches(name)) {
      index++;
    }
    boolean grouped = index < optimizer.groups().size();
    String prefix = grouped ? "optimizer.groups." + index + "." : "optimizer.";
    Optimizer settings = grouped ? optimizer.in(optimizer.groups().get(index)) : optimizer;
    used.put(prefix, settings);
    // a momentum of 0 in the file still needs its state where the schedule changes it
    Optimizer emitted = cyclesMomentum ? settings.withMomentum(0.5).orElse(settings) : settings;
    emitted.emit(new Scope(name, prefix), parameter, gradient);
  }

  /// The optimizer's variables by name (`optimizer.0.weight.exp_avg`): a checkpoint holds them beside the parameters.
  public SequencedMap<String, State> states() {
    return Collections.unmodifiableSequencedMap(states);
  }

  /// What takes the steps, where a run of the graph does not by itself; used from after the last [#add] on.
  public Optional<Minimizer> minimizer() {
    return minimizer;
  }

  /// The values of the graph's scalar inputs by name at `step` (1 for the first); the graph need not have all of
  /// them.
  public Map<String, Double> scalars(long step, Rate rate) {
    Map<String, Double> r = new LinkedHashMap<>();
    OptionalDouble momentum = rate.momentum(step);
    used.forEach((prefix, settings) -> {
      Optimizer now = momentum.isPresent() ? settings.withMomentum(momentum.getAsDouble()).orElse(settings) : settings;
      now.scalars(step, rate.at(step, settings.lr())).forEach((name, value) -> r.put(prefix + name, value));
    });
    return r;
  }

  /// The name of a variable that belongs to a parameter.
  public static String stateName(String parameter, String state) {
    return "optimizer." + parameter + "." + state;
  }

  private final class Scope implements OptimScope {
    private final String parameter;
    private final String prefix;

    Scope(String parameter, String prefix) {
      this.parameter = parameter;
      this.prefix = prefix;
    }

    @Override
    public Value emit(Op op, List<Value> inputs) {
      return graph.emit(op, inputs);
    }

    @Override
    public Value state(String name, Shape shape, double initial) {
      String full = stateName(parameter, name);
      states.put(full, new State(TensorType.float32(shape), initial));
      return graph.variable(full, TensorType.float32(shape));
    }

    @Override
    public Value scalar(String name) {
      return graph.input(prefix + name, TensorType.float32(Shape.SCALAR));
    }

    @Override
    public void assign(Value variable, Value next) {
      graph.update(variable, next);
    }
  }
}
