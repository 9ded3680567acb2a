package dlt.backend.cuda;

import dlt.tensor.DType;
import dlt.tensor.Shape;

/// A tensor, or a part of one, as loops walk it: `strides` has for each loop the distance in elements that one turn goes on.
record View(DType dtype, long address, long[] strides) {
  /// The whole of `operand`, a loop for each dimension.
  static View of(Operand operand) {
    return new View(operand.type().dtype(), operand.address(), operand.type().shape().strides());
  }

  /// `operand` broadcast to `shape`, a loop for each dimension.
  static View broadcast(Operand operand, Shape shape) {
    Shape own = operand.type().shape();
    long[] ownStrides = own.strides();
    long[] strides = new long[shape.rank()];
    int lead = shape.rank() - own.rank();
    for (int d = Math.max(0, lead); d < shape.rank(); d++) {
      strides[d] = own.dim(d - lead) == 1 ? 0 : ownStrides[d - lead];
    }
    return new View(operand.type().dtype(), operand.address(), strides);
  }

  /// The same from `elements` elements further on.
  View from(long elements) {
    return new View(dtype, address + elements * dtype.bytes(), strides);
  }
}
