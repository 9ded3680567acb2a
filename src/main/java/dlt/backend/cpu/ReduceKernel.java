package dlt.backend.cpu;

import dlt.op.Reduce;
import java.util.List;

/// The sum, maximum, minimum or product over dimensions.
final class ReduceKernel {
  private ReduceKernel() {}

  static Step compile(Target target, Reduce op, List<Operand> inputs, Operand output) {
    throw new UnsupportedOperationException();
  }
}
