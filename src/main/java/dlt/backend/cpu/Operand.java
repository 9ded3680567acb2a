package dlt.backend.cpu;

import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.lang.foreign.MemorySegment;

/// A tensor at its place in memory, row-major, fixed when the program is compiled. Rows of the buffer beyond the tensor
/// are never touched: kernels check their ranges against `data` when they are compiled.
record Operand(TensorType type, MemorySegment data) {
  Operand {
    if (data.byteSize() != type.bytes()) {
      throw new IllegalArgumentException(type + " needs " + type.bytes() + " bytes, not " + data.byteSize());
    }
  }

  Shape shape() {
    return type.shape();
  }

  long address() {
    return data.address();
  }
}
