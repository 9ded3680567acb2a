package dlt.op;

import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;

/// The result of one operation in a graph. Every operation has exactly one.
public interface Value {
  /// Its element type and shape.
  TensorType type();

  default Shape shape() {
    return type().shape();
  }

  default DType dtype() {
    return type().dtype();
  }
}
