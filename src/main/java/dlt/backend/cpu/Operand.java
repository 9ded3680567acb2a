package dlt.backend.cpu;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;

/// A tensor at its place in memory, fixed when the program is compiled: row-major or, where it is `channelsLast`, images
/// of type [N, C, H, W] that lie as [N, H, W, C]. Only convolutions and pools meet the
/// latter. What is beyond the tensor is never touched: kernels check their ranges against `data` when they are compiled.
record Operand(TensorType type, MemorySegment data, boolean channelsLast) {
  Operand(TensorType type, MemorySegment data) {
    this(type, data, false);
  }

  Operand {
    if (data.byteSize() != type.bytes()) {
      throw new IllegalArgumentException(type + " needs " + type.bytes() + " bytes, not " + data.byteSize());
    }
  }

  Shape shape() {
    return type.shape();
  }

  /// The data of images that lie as [N, C, H, W].
  MemorySegment planes() {
    if (channelsLast) {
      throw new IllegalStateException(type + " lies channels-last");
    }
    return data;
  }

  long address() {
    return data.address();
  }
}
