package dlt.backend.cuda;

import dlt.tensor.Shape;

/// A dimension of a shape: its size, and the elements before and behind it.
record Axis(long outer, int size, int inner) {
  static Axis of(Shape shape, int dim) {
    return new Axis(shape.size(0, dim), shape.dim(dim), Math.toIntExact(shape.size(dim + 1, shape.rank())));
  }
}
