package dlt.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dlt.op.ScatterAdd;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Slices added at their indices: each element of the result is summed in row-major order of the indices, so parts share
/// only the dimensions before and behind. Indices outside are left out.
final class ScatterAddKernel {
  /// Elements of a run that one part takes.
  private static final int RUN = 64;

  private ScatterAddKernel() {}

  static Step compile(Target target, ScatterAdd op, List<Operand> inputs, Operand output) {
    MemorySegment indices = inputs.get(0).data();
    MemorySegment slices = inputs.get(1).data();
    MemorySegment y = output.data();
    Axis axis = Axis.of(output.shape(), op.dim());
    long n = inputs.get(0).shape().size();
    Blocks runs = new Blocks(axis.inner(), RUN);
    return () -> target.workers().run(axis.outer() * runs.parts(), part -> {
      int outer = part / runs.parts();
      long from = runs.from(part % runs.parts());
      long to = runs.to(part % runs.parts());
      // all rows at once where the part has them whole
      long rows = runs.parts() == 1 ? 1 : axis.size();
      long length = runs.parts() == 1 ? (long) axis.size() * axis.inner() : to - from;
      for (long k = 0; k < rows; k++) {
        y.asSlice(4 * ((outer * (long) axis.size() + k) * axis.inner() + from), 4 * length).fill((byte) 0);
      }
      for (long i = 0; i < n; i++) {
        long index = indices.getAtIndex(JAVA_LONG, i);
        if (index >= 0 && index < axis.size()) {
          long s = (outer * n + i) * axis.inner();
          long at = (outer * (long) axis.size() + index) * axis.inner();
          for (long c = from; c < to; c++) {
            y.setAtIndex(JAVA_FLOAT, at + c, y.getAtIndex(JAVA_FLOAT, at + c) + slices.getAtIndex(JAVA_FLOAT, s + c));
          }
        }
      }
    });
  }
}
