package dlt.layer;

import dlt.tensor.HostTensor;
import dlt.tensor.Philox;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.Arena;

/// A trainable parameter of a model: its name in the state dict, its shape and how it is filled before training.
public record ParameterSpec(String name, Shape shape, Init init) {
  /// Its first value, in memory of `arena`.
  public HostTensor initialise(Arena arena, long seed, int index) {
    HostTensor r = HostTensor.allocate(arena, TensorType.float32(shape));
    initialise(r, seed, index);
    return r;
  }

  /// Sets `to` to its first value: a function of the run's `seed` and of its number `index` in the model alone.
  public void initialise(HostTensor to, long seed, int index) {
    init.fill(to, new Philox(seed, Philox.Purpose.INITIALISE.stream(index), 0));
  }
}
