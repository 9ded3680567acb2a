package dlt.layer;

import dlt.tensor.DType;
import dlt.tensor.HostTensor;
import dlt.tensor.TensorType;

/// A value of a model that is kept but not trained: its name in the state dict, its type and what fills it at first.
public record BufferSpec(String name, TensorType type, double initial) {
  /// Its first value.
  public HostTensor initialise() {
    HostTensor r = HostTensor.allocate(type);
    for (long i = 0; i < r.size(); i++) {
      if (type.dtype() == DType.INT64) {
        r.setLong(i, (long) initial);
      } else {
        r.set(i, initial);
      }
    }
    return r;
  }
}
