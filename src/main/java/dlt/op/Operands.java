package dlt.op;

import dlt.tensor.DType;
import dlt.tensor.Shape;
import dlt.tensor.TensorType;
import java.util.List;

/// The checks that shape rules share. Each throws a [ShapeException] that names the op.
final class Operands {
  private Operands() {}

  static void count(Op op, List<TensorType> inputs, int expected) {
    if (inputs.size() != expected) {
      throw new ShapeException(op.name(), "takes " + expected + " operands, not " + inputs.size());
    }
  }

  static void rank(Op op, TensorType input, int rank, String layout) {
    if (input.shape().rank() != rank) {
      throw new ShapeException(op.name(), "needs " + layout + ", met " + input.shape());
    }
  }

  static void float32(Op op, List<TensorType> inputs) {
    for (TensorType t : inputs) {
      if (t.dtype() != DType.FLOAT32) {
        throw new ShapeException(op.name(), "needs float32 operands, met " + t);
      }
    }
  }

  static Shape broadcast(Op op, List<TensorType> inputs) {
    Shape shape = inputs.getFirst().shape();
    for (TensorType t : inputs) {
      Shape next = Shape.broadcast(shape, t.shape());
      if (next == null) {
        throw new ShapeException(op.name(), shape + " met " + t.shape() + ", which do not broadcast");
      }
      shape = next;
    }
    return shape;
  }

  static void axis(Op op, TensorType input, int dim) {
    if (dim < 0 || dim >= input.shape().rank()) {
      throw new ShapeException(op.name(), "dimension " + dim + " met " + input.shape());
    }
  }
}
