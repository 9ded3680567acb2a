package dlt.train;

import dlt.backend.Backend;
import dlt.backend.Buffer;
import dlt.error.Failure;
import dlt.experiment.Assembly;
import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Consumer;
import java.util.function.Function;

/// The weights of a model, and the state of its optimizer where it is trained, on a device.
public final class Variables {
  private final SequencedMap<String, Buffer> weights = new LinkedHashMap<>();
  private final SequencedMap<String, Buffer> states = new LinkedHashMap<>();

  private Variables() {}

  /// The parameters and buffers of `assembly`, with the values `weights`, which are all of them.
  static Variables of(Backend backend, Assembly assembly, Map<String, HostTensor> weights) {
    Variables v = new Variables();
    v.allocateWeights(backend, assembly);
    v.write(weights);
    return v;
  }

  /// The parameters and buffers of `assembly`, with their first values.
  public static Variables forInference(Backend backend, Assembly assembly) {
    Variables v = new Variables();
    v.allocateWeights(backend, assembly);
    v.initialise(assembly);
    return v;
  }

  /// The variables of a training, none of them with a value yet.
  public static Variables unset(Backend backend, Assembly assembly) {
    Variables v = new Variables();
    v.allocateWeights(backend, assembly);
    assembly.optimizerStates().forEach((name, state) -> v.states.put(name, backend.allocate(state.type())));
    return v;
  }

  /// As above, with their first values.
  public static Variables forTraining(Backend backend, Assembly assembly) {
    Variables v = unset(backend, assembly);
    v.initialise(assembly);
    return v;
  }

  private void allocateWeights(Backend backend, Assembly assembly) {
    assembly.weightTypes().forEach((name, type) -> weights.put(name, backend.allocate(type)));
  }

  /// Gives all of them, as they were allocated, their first values and then does `more`: while programs are compiled, where the device
  /// allows that.
  Aside initialise(Backend backend, Assembly assembly, Runnable more) {
    Runnable all = () -> {
      initialise(assembly);
      more.run();
    };
    return backend.writableMeanwhile() ? Aside.begin(all) : Aside.done(all);
  }

  private void initialise(Assembly assembly) {
    assembly.initialise(new Assembly.FirstValues() {
      @Override
      public void filled(String name, Consumer<HostTensor> values) {
        weights.get(name).fill(values);
      }

      @Override
      public void uniform(String name, Philox random, double low, double high) {
        weights.get(name).uniform(random, low, high);
      }
    });
    states.forEach((name, buffer) -> {
      double initial = assembly.optimizerStates().get(name).initial();
      if (initial != 0) {
        buffer.fill(t -> {
          for (long i = 0; i < t.size(); i++) {
            t.set(i, initial);
          }
        });
      }
    });
  }

  /// All buffers by name, for compiling.
  public Map<String, Buffer> buffers() {
    Map<String, Buffer> all = new LinkedHashMap<>(weights);
    all.putAll(states);
    return all;
  }

  /// A copy of the parameters and buffers.
  public SequencedMap<String, HostTensor> weights() {
    return read(weights);
  }

  /// A copy of everything, weights first.
  public SequencedMap<String, HostTensor> all() {
    SequencedMap<String, HostTensor> r = read(weights);
    r.putAll(read(states));
    return r;
  }

  private static SequencedMap<String, HostTensor> read(Map<String, Buffer> buffers) {
    SequencedMap<String, HostTensor> r = new LinkedHashMap<>();
    buffers.forEach((name, b) -> r.put(name, b.read()));
    return r;
  }

  /// The averages of the weights, under the names of the weights; they lie in this one's buffers.
  Variables averages() {
    Variables v = new Variables();
    weights.keySet().forEach(name -> v.weights.put(name, states.get(Assembly.average(name))));
    return v;
  }

  /// Replaces the parameters and buffers that `values` holds.
  void write(Map<String, HostTensor> values) {
    values.forEach((name, value) -> weights.get(name).write(value));
  }

  /// Replaces everything, the optimizer's state too, by what `values` holds. Throws what `mismatch` makes of the first one that it lacks,
  /// or has in another shape.
  void load(Map<String, HostTensor> values, Function<String, Failure> mismatch) {
    buffers().forEach((name, buffer) -> {
      misfit(name, values.get(name), buffer.type()).ifPresent(what -> {
        throw mismatch.apply(what);
      });
      buffer.write(values.get(name));
    });
  }

  /// Why `value`, null where there is none, cannot be that of the variable `name`; empty where it can.
  static Optional<String> misfit(String name, HostTensor value, TensorType type) {
    return value == null ? Optional.of(name + " is missing")
        : value.shape().equals(type.shape()) ? Optional.empty()
        : Optional.of(name + " is " + value.shape() + ", expected " + type.shape());
  }
}
