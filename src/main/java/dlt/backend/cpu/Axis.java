package dlt.backend.cpu;

import dlt.tensor.Shape;

/// A shape seen from one of its dimensions: `outer` slabs, each `size` times `inner` contiguous elements.
record Axis(int outer, int size, int inner) {
  static Axis of(Shape shape, int dim) {
    return new Axis(Math.toIntExact(shape.size(0, dim)), shape.dim(dim), Math.toIntExact(shape.size(dim + 1, shape.rank())));
  }
}
