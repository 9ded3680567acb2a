package dlt.backend.cpu;

import dlt.op.Concat;
import java.util.ArrayList;
import java.util.List;

/// Operands one after the other: a copy of each to where it begins in the result.
final class ConcatKernel {
  private ConcatKernel() {}

  static Step compile(Target target, Concat op, List<Operand> inputs, Operand output) {
    long[] strides = output.shape().strides();
    List<StridedCopy> parts = new ArrayList<>();
    long start = 0;
    for (Operand x : inputs) {
      parts.add(new StridedCopy(target, x.shape().toArray(), x, 0, x.shape().strides(), output, start * strides[op.dim()], strides));
      start += x.shape().dim(op.dim());
    }
    return StridedCopy.together(target, parts);
  }
}
