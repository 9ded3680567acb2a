package dlt.layer;

import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;

/// A value of a model that is kept but not trained: its name in the state dict, its type and what fills it at first.
public record BufferSpec(String name, TensorType type, double initial) {
  /// Its first value.
  public HostTensor initialise() {
    HostTensor r = HostTensor.allocate(type);
    initialise(r);
    return r;
  }

  /// Sets `to` to its first value.
  public void initialise(HostTensor to) {
    for (long i = 0; i < to.size(); i++) {
      if (type.dtype() == DType.INT64) {
        to.setLong(i, (long) initial);
      } else {
        to.set(i, initial);
      }
    }
  }
}
