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

  /// What its first value is drawn with: a function of the run's `seed` and of its number `index` in the model alone.
  public Philox random(long seed, int index) {
    return new Philox(seed, Philox.Purpose.INITIALISE.stream(index), 0);
  }

  /// Sets `to` to its first value, with [#random].
  public void initialise(HostTensor to, long seed, int index) {
    init.fill(to, random(seed, index));
  }
}
