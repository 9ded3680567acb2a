package dlt.backend.cpu;

import dlt.graph.Fusion;
import java.util.List;

/// A group of pointwise operations as one pass over its elements.
final class PointwiseKernel {
  private PointwiseKernel() {}

  /// `inputs` and `outputs` in the group's order. An output may be the same memory as an input of its shape; they do not
  /// overlap otherwise.
  static Step compile(Target target, Fusion.Group group, List<Operand> inputs, List<Operand> outputs) {
    throw new UnsupportedOperationException();
  }
}
